from datetime import date

import pytest
from crm_world import Client, small_crm
from hypothesis import given
from hypothesis import strategies as st

from simulator import identity
from simulator.dataverse import Ref

TRACK = "odata.track-changes, odata.maxpagesize=2"
C1, C2, C3 = (identity.contact(name) for name in ("c1", "c2", "c3"))
O1 = identity.opportunity("o1")
SELLER, HELPER = identity.system_user("seller"), identity.system_user("helper")


@pytest.fixture
def crm():
    return small_crm()


@pytest.fixture
def client(crm):
    return Client(crm)


def test_a_first_round_brings_every_row_and_a_delta_link_on_the_last_page(client):
    first = client.json("contacts?$select=fullname", prefer=TRACK)
    assert "@odata.deltaLink" not in first
    rows, link = client.round("contacts?$select=fullname", prefer=TRACK)
    assert [row["fullname"] for row in rows] == ["Nom c1", "Nom c2", "Nom c3", "Nom named"]
    assert "$deltatoken=" in link
    assert "$select=fullname" in link


def test_without_track_changes_there_is_no_delta_link(client):
    assert "@odata.deltaLink" not in client.json("contacts?$select=fullname")


def test_a_round_without_changes_is_one_empty_page(client):
    _, link = client.round("contacts?$select=fullname", prefer=TRACK)
    page = client.json(link, prefer=TRACK)
    assert page["value"] == []
    assert "@odata.deltaLink" in page


def test_changed_and_new_rows_come_first_and_deletions_last(client, crm):
    _, link = client.round("contacts?$select=fullname", prefer=TRACK)
    crm.delete("contact", C3)
    unknown = crm.report_unknown_deletion("contact")
    crm.update("contact", C1, {"fullname": "Nom un"})
    new = crm.create("contact", {"fullname": "Nom neuf"})
    rows, link = client.round(link, prefer=TRACK)
    assert [row.get("fullname") for row in rows] == ["Nom un", "Nom neuf", None, None]
    assert rows[1]["contactid"] == new
    assert [{k: v for k, v in row.items() if k != "@odata.context"} for row in rows[2:]] == [
        {"id": C3, "reason": "deleted"},
        {"id": unknown, "reason": "deleted"},
    ]
    assert all(row["@odata.context"].endswith("$metadata#contacts/$deletedEntity") for row in rows[2:])
    assert client.round(link, prefer=TRACK)[0] == []


def test_a_row_changed_twice_comes_once_with_its_last_state(client, crm):
    _, link = client.round("contacts?$select=fullname", prefer=TRACK)
    for name in ("un", "deux"):
        crm.update("contact", C1, {"fullname": name})
    assert [row["fullname"] for row in client.round(link, prefer=TRACK)[0]] == ["deux"]


def test_a_change_during_a_first_round_is_in_the_next_delta(client, crm):
    page = client.json("contacts?$select=fullname", prefer=TRACK)
    crm.update("contact", C1, {"fullname": "Nom un"})
    crm.delete("contact", C2)
    _, link = client.round(page["@odata.nextLink"], prefer=TRACK)
    rows, _ = client.round(link, prefer=TRACK)
    assert [row.get("fullname") or row["id"] for row in rows] == ["Nom un", C2]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["update", "delete", "create", "read", "page"]), st.integers(0, 5)), max_size=25
    ),
    size=st.integers(1, 4),
)
def test_whatever_happens_when_deltas_lead_to_the_truth(steps, size):
    """A reader who only applies what deltas say holds the rows of the CRM, in whatever pages it reads."""
    crm = small_crm()
    client, prefer = Client(crm), f"odata.track-changes, odata.maxpagesize={size}"
    held: dict[str, str] = {}
    guids = [C1, C2, C3, *(identity.contact(f"new{n}") for n in range(3))]
    link = "contacts?$select=fullname"

    def read_page() -> None:
        nonlocal link
        page = client.json(link, prefer=prefer)
        for row in page["value"]:
            if "reason" in row:
                held.pop(row["id"], None)
            else:
                held[row["contactid"]] = row["fullname"]
        link = page.get("@odata.nextLink") or page["@odata.deltaLink"]

    for number, (what, which) in enumerate(steps):
        guid = guids[which]
        if what == "update" and crm.has("contact", guid):
            crm.update("contact", guid, {"fullname": f"état {number}"})
        elif what == "delete" and crm.has("contact", guid):
            crm.delete("contact", guid)
        elif what == "create" and not crm.has("contact", guid):
            crm.create("contact", {"fullname": f"né {number}"}, guid=guid)
        elif what == "page":
            read_page()
    for _ in range(40):
        read_page()
    assert held == {guid: row["fullname"] for guid, row in crm.truth()["contact"].items()}


def test_an_expired_token_is_refused_with_its_code_and_a_new_round_works(client, crm):
    _, link = client.round("contacts?$select=fullname", prefer=TRACK)
    _, other = client.round("accounts?$select=name", prefer=TRACK)
    crm.expire_tokens("contact")
    assert client.refusal(link, prefer=TRACK) == (400, "0x80044352")
    assert client.json(other, prefer=TRACK)["value"] == []
    _, link = client.round("contacts?$select=fullname", prefer=TRACK)
    assert client.json(link, prefer=TRACK)["value"] == []
    crm.expire_tokens()
    assert client.refusal(other, prefer=TRACK) == (400, "0x80044352")


def test_a_token_that_was_never_given_out_is_refused(client):
    assert client.refusal("contacts?$deltatoken=12", prefer=TRACK)[0] == 400
    assert client.refusal("contacts?$deltatoken=99999999%2106%2f17%2f2026%2007%3a00%3a00")[0] == 400


def test_changes_can_be_counted(client, crm):
    _, link = client.round("contacts?$select=fullname", prefer=TRACK)
    crm.update("contact", C1, {"fullname": "Nom un"})
    token = link.partition("$deltatoken=")[2]
    assert client.get(f"contacts/$count?$deltatoken={token}").get_data(as_text=True) == "1"


def test_tables_tell_that_changes_are_tracked(client):
    told = client.json("EntityDefinitions(LogicalName='contact')?$select=ChangeTrackingEnabled")
    assert told["ChangeTrackingEnabled"] is True
    assert client.refusal("EntityDefinitions(LogicalName='letter')")[0] == 404


def test_the_set_and_key_of_a_table_are_looked_up_by_its_name(client):
    query = "$select=LogicalName,EntitySetName,PrimaryIdAttribute&$filter=LogicalName eq 'opportunity'"
    assert client.json(f"EntityDefinitions?{query}")["value"] == [
        {"LogicalName": "opportunity", "EntitySetName": "opportunities", "PrimaryIdAttribute": "opportunityid"}
    ]
    assert client.refusal("EntityDefinitions?$select=Nom")[0] == 400


def test_a_team_member_comes_and_goes_as_two_connection_rows(client, crm):
    _, link = client.round("connections", prefer=TRACK)
    crm.remove_from_team(O1, HELPER)
    crm.add_to_team(O1, SELLER)
    rows, _ = client.round(link, prefer=TRACK)
    assert [row.get("reason") for row in rows] == [None, None, "deleted", "deleted"]
    assert {row["id"] for row in rows[2:]} == {
        identity.connection(O1, HELPER),
        identity.connection(O1, HELPER, mirrored=True),
    }
    assert {row["_record1id_value"] for row in rows[:2]} == {O1, SELLER}


def test_who_is_connected_already_is_not_connected_twice(crm):
    with pytest.raises(ValueError, match="already"):
        crm.add_to_team(O1, HELPER)


def test_closing_and_reopening_an_opportunity_moves_its_state_and_day(client, crm):
    address = f"opportunities({O1})?$select=statecode,statuscode,actualclosedate,actualvalue"

    def state():
        row = client.json(address)
        return row["statecode"], row["statuscode"], row["actualclosedate"], row["actualvalue"]

    crm.close(O1, won=True)
    assert state() == (1, 3, "2026-06-17", 120000.0)
    crm.reopen(O1)
    assert state() == (0, 1, None, None)
    crm.close(O1, won=False, on=date(2026, 6, 1))
    assert state() == (2, 5, "2026-06-01", None)


def test_a_new_owner_is_shown(client, crm):
    crm.change_owner("opportunity", O1, HELPER)
    assert client.json(f"opportunities({O1})?$select=_ownerid_value")["_ownerid_value"] == HELPER


def test_a_merged_contact_is_inactive_and_hands_its_places_over(client, crm):
    crm.merge_contacts(C3, C1)
    crm.merge_contacts(C3, C2)
    row = client.json(f"contacts({C1})?$select=merged,_masterid_value,statecode")
    assert (row["merged"], row["_masterid_value"], row["statecode"]) == (True, C3, 1)
    assert client.json(f"opportunities({O1})?$select=_parentcontactid_value")["_parentcontactid_value"] == C3
    account = client.json(f"accounts({identity.account('a1')})?$select=_primarycontactid_value")
    assert account["_primarycontactid_value"] == C3
    ends = {row["_record2id_value"] for row in client.json("connections")["value"]}
    assert C3 in ends
    assert C2 not in ends


def test_deleting_an_opportunity_deletes_its_connections(client, crm):
    crm.delete("opportunity", O1)
    assert client.json("connections")["value"] == []


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"nom": "x"}, "no column nom"),
        ({"_ownerid_value": "x"}, "lookup"),
        ({"_ownerid_value": Ref("account", C1)}, "does not point"),
        ({"name": Ref("account", C1)}, "no lookup"),
        ({"opportunityid": C1}, "cannot be set"),
    ],
)
def test_a_change_that_the_table_cannot_hold_is_refused(crm, columns, said):
    with pytest.raises(ValueError, match=said):
        crm.update("opportunity", O1, columns)
