import re
from urllib.parse import quote, unquote

import pytest
from crm_world import APPLICATION, NOW, Client, small_crm, small_world

from simulator import identity
from simulator.dataverse import Crm, Ref
from simulator.world import Person, Side


@pytest.fixture
def crm():
    return small_crm()


@pytest.fixture
def client(crm):
    return Client(crm)


def many_contacts(number: int) -> Crm:
    people = tuple(
        Person(f"p{n:05}", f"p{n}@acier.example", f"Nom {n}", Side.CONTACT, "a1", "", ()) for n in range(number)
    )
    return Crm(small_world(people=people, opportunities=(), activities=()), application_id=APPLICATION)


def test_who_am_i_names_the_application_user(client):
    answer = client.json("WhoAmI")
    user = client.json(f"systemusers({answer['UserId']})?$select=applicationid,azureactivedirectoryobjectid")
    assert user["applicationid"] == APPLICATION
    assert user["azureactivedirectoryobjectid"] is None


def test_a_colleague_is_a_system_user_with_the_guid_of_msgraph(client):
    answer = client.json(
        f"systemusers({identity.system_user('seller')})?$select=internalemailaddress,azureactivedirectoryobjectid,isdisabled"
    )
    assert answer["internalemailaddress"] == "seller@mail.example"
    assert answer["azureactivedirectoryobjectid"] == identity.msgraph_user("seller")
    assert answer["isdisabled"] is False


def test_contacts_are_those_with_an_account_and_those_named_in_opportunities(client):
    rows = client.json("contacts?$select=emailaddress1")["value"]
    assert {row["emailaddress1"] for row in rows} == {f"{p}@mail.example" for p in ("c1", "c2", "c3", "named")}


def test_an_opportunity_shows_account_main_contact_owner_value_and_dates(client):
    row = client.json(f"opportunities({identity.opportunity('o1')})")
    assert row["name"] == "Projet o1"
    assert row["_parentaccountid_value"] == row["_customerid_value"] == identity.account("a1")
    assert row["_parentcontactid_value"] == identity.contact("c1")
    assert row["_ownerid_value"] == identity.system_user("seller")
    assert (row["estimatedvalue"], row["closeprobability"]) == (120000.0, 60)
    assert (row["salesstage"], row["stepname"]) == (2, "3-Propose")
    assert (row["statecode"], row["statuscode"]) == (0, 1)
    assert row["createdon"] == "2026-01-05T12:00:00Z"
    assert (row["estimatedclosedate"], row["actualclosedate"]) == ("2026-09-30", None)


def test_won_and_lost_opportunities_carry_the_day_they_were_closed(client):
    rows = client.json("opportunities?$select=name,statecode,actualclosedate,actualvalue")["value"]
    assert [(r["name"], r["statecode"], r["actualclosedate"], r["actualvalue"]) for r in rows] == [
        ("Projet o1", 0, None, None),
        ("Projet o2", 1, "2026-09-30", 120000.0),
        ("Projet o3", 2, "2026-09-30", None),
    ]


def test_a_mailing_list_is_never_the_contact_of_an_opportunity(client):
    row = client.json(f"opportunities({identity.opportunity('o2')})?$select=_parentcontactid_value")
    assert row["_parentcontactid_value"] == identity.contact("named")


def test_team_and_stakeholders_are_connections_stored_from_both_sides(client):
    roles = {r["connectionroleid"]: r["category"] for r in client.json("connectionroles?$select=category")["value"]}
    rows = client.json("connections", prefer='odata.include-annotations="*"')["value"]
    assert len(rows) == 4
    kind = "@Microsoft.Dynamics.CRM.lookuplogicalname"
    seen = {
        (row["_record2id_value" + kind], row["_record2id_value"], roles[row["_record2roleid_value"]])
        for row in rows
        if row["_record1id_value" + kind] == "opportunity"
    }
    assert seen == {
        ("contact", identity.contact("c2"), 1000),
        ("systemuser", identity.system_user("helper"), 1001),
    }
    mirror = {row["connectionid"]: row["_relatedconnectionid_value"] for row in rows}
    assert all(mirror[mirror[guid]] == guid and mirror[guid] != guid for guid in mirror)
    assert sum(row["ismaster"] for row in rows) == 2


def test_the_primary_contact_is_the_first_of_the_account_and_creation_the_first_activity(client):
    row = client.json(f"accounts({identity.account('a1')})?$select=_primarycontactid_value,createdon,websiteurl")
    assert row["_primarycontactid_value"] == identity.contact("c1")
    assert row["createdon"] == "2026-02-03T12:00:00Z"
    assert row["websiteurl"] == "https://acier-loire.example"


def test_who_was_never_heard_of_was_created_two_years_before_now(client):
    row = client.json(f"contacts({identity.contact('c3')})?$select=createdon")
    assert row["createdon"] == "2024-06-17T07:00:00Z"


def test_a_lead_belongs_to_the_colleague_who_deals_with_it(client):
    (row,) = client.json("leads?$select=companyname,_ownerid_value,statecode")["value"]
    assert row["_ownerid_value"] == identity.system_user("helper")
    assert (row["companyname"], row["statecode"]) == ("Mail", 0)


def test_aliases_are_further_addresses(client):
    row = client.json(f"contacts({identity.contact('c1')})?$select=emailaddress1,emailaddress2,emailaddress3")
    assert [row[f"emailaddress{n}"] for n in (1, 2, 3)] == ["c1@mail.example", "c1.alias@mail.example", None]


def test_annotations_come_only_when_asked_for(client):
    columns = "statecode,estimatedvalue,estimatedclosedate,_ownerid_value"
    address = f"opportunities({identity.opportunity('o1')})?$select={columns}"
    assert not [name for name in client.json(address) if "@" in name.removeprefix("@odata")]
    row = client.json(address, prefer='odata.include-annotations="*"')
    shown = "@OData.Community.Display.V1.FormattedValue"
    assert row["statecode" + shown] == "Open"
    assert row["estimatedvalue" + shown] == "120\u202f000,00\u00a0€"
    assert row["estimatedclosedate" + shown] == "30/09/2026"
    assert row["_ownerid_value" + shown] == "Nom seller"
    assert row["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "systemuser"
    only = client.json(address, prefer='odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"')
    assert [name for name in only if "@Micro" in name or "@OData" in name] == [
        "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
    ]


@pytest.mark.parametrize(
    ("address", "prefer", "status", "code"),
    [
        ("accounts?$select=name,Name", "", 400, "0x80060888"),
        ("accounts?$select=nom", "", 400, "0x80060888"),
        ("accounts?$skip=10", "", 400, "0x80060888"),
        ("accounts?$top=5", "odata.maxpagesize=5", 400, "0x80060888"),
        ("accounts?$filter=name eq 'x'", "odata.track-changes", 400, "0x80060888"),
        ("accounts?$orderby=name", "odata.track-changes", 400, "0x80060888"),
        ("accounts?$expand=primarycontactid", "odata.track-changes", 400, "0x80060888"),
        ("accounts?$top=3", "odata.track-changes", 400, "0x80060888"),
        ("accounts?$filter=contains(name,'x')", "", 400, "0x80060888"),
        ("accounts?$filter=nom eq 'x'", "", 400, "0x80060888"),
        ("accounts", "odata.maxpagesize=0", 400, "0x80060888"),
        ("Accounts", "", 404, "0x8006088a"),
        ("letters", "", 404, "0x8006088a"),
        ("accounts(5531d753-95af-e711-a94e-000d3a11e605)", "", 404, "0x80040217"),
    ],
)
def test_what_dataverse_refuses_is_refused_with_its_code(client, address, prefer, status, code):
    assert client.refusal(address, prefer=prefer) == (status, code)


def test_pages_hold_as_many_rows_as_asked_and_every_row_once():
    client, address, found, sizes = Client(many_contacts(23)), "contacts?$select=fullname", [], []
    while address:
        page = client.json(address, prefer="odata.maxpagesize=5")
        found += [row["fullname"] for row in page["value"]]
        sizes.append(len(page["value"]))
        address = page.get("@odata.nextLink", "")
    assert found == [f"Nom {n}" for n in range(23)]
    assert sizes == [5, 5, 5, 5, 3]


def test_a_page_never_holds_more_than_five_thousand_rows():
    page = Client(many_contacts(5001)).json("contacts?$select=fullname", prefer="odata.maxpagesize=9000")
    assert len(page["value"]) == 5000
    assert "@odata.nextLink" in page


@pytest.mark.parametrize(
    "spoil", [unquote, lambda link: link.replace("%25", "%2525"), lambda link: link.replace("%20", "+"), quote]
)
def test_a_next_link_breaks_when_it_is_encoded_again(spoil):
    client = Client(many_contacts(8))
    link = client.json("contacts?$select=fullname", prefer="odata.maxpagesize=3")["@odata.nextLink"]
    start, _, token = link.partition("$skiptoken=")
    assert client.refusal(f"{start}$skiptoken={spoil(token)}", prefer="odata.maxpagesize=3")[0] == 400
    assert client.json(link, prefer="odata.maxpagesize=3")["value"]


def test_a_next_link_survives_a_client_that_only_writes_percent_codes_in_capitals():
    client = Client(many_contacts(8))
    link = client.json("contacts?$select=fullname", prefer="odata.maxpagesize=3")["@odata.nextLink"]
    capitals = re.sub(r"%[0-9a-f]{2}", lambda code: code[0].upper(), link)
    assert [r["fullname"] for r in client.json(capitals, prefer="odata.maxpagesize=3")["value"]] == [
        "Nom 3", "Nom 4", "Nom 5",
    ]  # fmt: skip


def test_rows_are_read_again_by_key(client):
    wanted = [identity.contact("c1"), identity.contact("c3"), identity.contact("nobody")]
    terms = " or ".join(f"contactid eq {guid}" for guid in wanted)
    rows = client.json(f"contacts?$select=fullname&$filter={quote(terms)}")["value"]
    assert [row["fullname"] for row in rows] == ["Nom c1", "Nom c3"]


def test_a_filter_on_text_ignores_case_and_and_binds_stronger_than_or(client):
    terms = "name eq 'PROJET O1' and statecode eq 0 or statecode eq 2 and name eq 'Projet o1'"
    rows = client.json(f"opportunities?$select=name&$filter={terms.replace(' ', '+')}")["value"]
    assert [row["name"] for row in rows] == ["Projet o1"]


def test_rows_can_be_ordered_and_cut(client):
    rows = client.json("contacts?$select=fullname&$orderby=fullname desc&$top=2")["value"]
    assert [row["fullname"] for row in rows] == ["Nom named", "Nom c3"]


def test_a_count_stops_at_five_thousand():
    client = Client(many_contacts(5003))
    assert client.get("contacts/$count").get_data(as_text=True) == "5000"
    page = client.json("contacts?$select=fullname&$count=true", prefer='odata.include-annotations="*"')
    assert page["@odata.count"] == 5000
    assert page["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is True


def test_no_token_is_told_where_to_sign_in(client):
    client.claims = None
    answer = client.get("accounts")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_an_application_without_an_application_user_is_no_member(client, crm):
    client.claims = {"appid": "99999999-2222-3333-4444-555555555555"}
    assert client.refusal("accounts") == (403, "0x80072560")
    client.claims = {"appid": APPLICATION}
    crm.remove_application_user()
    assert client.refusal("accounts") == (403, "0x80072560")
    crm.restore_application_user()
    assert client.get("accounts").status_code == 200


def test_a_disabled_person_is_no_member(client, crm):
    client.claims = {"appid": APPLICATION, "scp": "user_impersonation", "oid": identity.msgraph_user("seller")}
    assert client.json("WhoAmI")["UserId"] == identity.system_user("seller")
    crm.update("systemuser", identity.system_user("seller"), {"isdisabled": True})
    assert client.refusal("WhoAmI") == (403, "0x80072560")


def test_truth_is_what_the_web_api_shows(client, crm):
    crm.update("account", identity.account("a1"), {"name": "Acier Rhône", "numberofemployees": None})
    crm.create(
        "lead", {"fullname": "Zoé Nouvelle", "_ownerid_value": Ref("systemuser", identity.system_user("seller"))}
    )
    truth = crm.truth()
    for table in ("account", "lead", "connection"):
        rows = client.json(f"{table}s")["value"]
        assert len(rows) == len(truth[table])
        for row in rows:
            told = {name: value for name, value in row.items() if value is not None and "@" not in name}
            del told["versionnumber"], told["modifiedon"]
            true = truth[table][told[f"{table}id"]]
            assert told == {name: value for name, value in true.items() if name != "modifiedon"}


def test_nothing_in_the_crm_is_younger_than_the_end_of_the_world(crm):
    days = [row["createdon"] for rows in crm.truth().values() for row in rows.values()]
    assert max(days) <= NOW.isoformat().replace("+00:00", "Z")
