"""Activities that change while the CRM runs, and a reader who follows them.

F58, F59: `docs/fault-plans.md`.
"""

from datetime import UTC, datetime

import pytest
from crm_activities import busy_crm, guid
from crm_world import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse import Activities, Ref
from simulator.world import WorldStatus

TRACK = "odata.track-changes, odata.maxpagesize=3"
O1, O3 = (Ref("opportunity", identity.opportunity(name)) for name in ("o1", "o3"))
C3 = Ref("contact", identity.contact("c3"))
SETS = {"email": "emails", "phonecall": "phonecalls", "appointment": "appointments", "task": "tasks"}


@pytest.fixture
def crm():
    return busy_crm()


@pytest.fixture
def acts(crm):
    return Activities(crm)


@pytest.fixture
def client(crm):
    return Client(crm)


def read(client: Client, entity_set: str, activity: str, columns: str) -> list[object]:
    row = client.json(f"{entity_set}({activity})?$select={columns}")
    return [row[column] for column in columns.split(",")]


def addresses(crm, activity: str, *masks: int) -> list[object]:
    return [row.get("addressused") for row in crm.party_rows(activity) if row["participationtypemask"] in masks]


def test_f58_a_mail_of_exchange_is_tracked_with_its_message_id_and_untracked(client, acts):
    _, link = client.round("emails?$select=messageid", prefer=TRACK)
    tracked = acts.track("only-exchange", regarding=O1)
    rows, link = client.round(link, prefer=TRACK)
    assert [(row["activityid"], row["messageid"]) for row in rows] == [(tracked, "<only-exchange@mail.example>")]
    acts.delete(tracked)
    rows, _ = client.round(link, prefer=TRACK)
    assert [(row["id"], row["reason"]) for row in rows] == [(tracked, "deleted")]


def test_what_is_tracked_already_is_not_tracked_twice(acts):
    with pytest.raises(ValueError, match="exists already"):
        acts.track("sent")


def test_a_mail_delivered_while_it_runs_is_tracked_by_message_id_and_addresses(client, crm, acts):
    tracked = acts.track_mail(
        "<n1@mail.example>", sender="C1.alias@mail.example", to=["seller@mail.example"], cc=["neu@else.example"]
    )
    assert read(client, "emails", tracked, "messageid,directioncode,statecode,statuscode,senton") == [
        "<n1@mail.example>", False, 1, 4, "2026-06-17T07:00:00Z",
    ]  # fmt: skip
    parties = [(p["participationtypemask"], p.get("_partyid_value")) for p in crm.party_rows(tracked)]
    seller = Ref("systemuser", identity.system_user("seller"))
    assert parties == [(1, Ref("contact", identity.contact("c1"))), (2, seller), (3, None), (9, seller)]


def test_an_activity_without_a_colleague_is_refused(acts):
    with pytest.raises(ValueError, match="colleague"):
        acts.track_mail("<n1@mail.example>", sender="c1@mail.example", to=["c2@mail.example"])


def test_who_became_a_contact_is_found_by_the_address_of_today(crm, acts):
    contact = crm.create("contact", {"fullname": "Ana Nova", "emailaddress2": "ana@else.example"})
    call = acts.create(Kind.CALL, sender="seller@mail.example", to=["Ana@else.example"], minutes=3)
    assert Ref("contact", contact) in [row.get("_partyid_value") for row in crm.party_rows(call)]


def test_f59_a_planned_call_is_made_opened_again_cancelled_and_deleted(client, crm, acts):
    call, columns = guid("to-call"), "statecode,statuscode,actualstart,actualdurationminutes"
    acts.complete(call, at=datetime(2026, 6, 16, 8, tzinfo=UTC), minutes=7)
    assert read(client, "phonecalls", call, columns) == [1, 2, "2026-06-16T08:00:00Z", 7]
    acts.reopen(call)
    assert read(client, "phonecalls", call, columns) == [0, 1, None, None]
    acts.complete(call, missed=True)
    assert read(client, "phonecalls", call, columns) == [1, 2, "2026-06-17T07:00:00Z", 0]
    acts.cancel(call)
    assert read(client, "phonecalls", call, columns) == [2, 3, None, None]
    acts.delete(call)
    assert not crm.has("phonecall", call)
    assert not crm.has("activitypointer", call)


def test_f59_a_task_is_done_and_opened_again(client, acts):
    columns = "statecode,statuscode,percentcomplete,actualend"
    acts.complete(guid("to-do"))
    assert read(client, "tasks", guid("to-do"), columns) == [1, 5, 100, "2026-06-17T07:00:00Z"]
    acts.reopen(guid("to-do"))
    assert read(client, "tasks", guid("to-do"), columns) == [0, 2, 0, None]


def test_a_meeting_is_held_put_off_and_called_off(client, acts):
    columns = "statecode,statuscode,scheduledstart,scheduledend,instancetypecode"
    acts.reschedule(guid("weekly-2"), datetime(2026, 6, 18, 14, tzinfo=UTC))
    assert read(client, "appointments", guid("weekly-2"), columns) == [
        1, 3, "2026-06-18T14:00:00Z", "2026-06-18T14:30:00Z", 3,
    ]  # fmt: skip
    acts.reopen(guid("weekly-2"))
    assert read(client, "appointments", guid("weekly-2"), "statecode,statuscode") == [3, 5]
    acts.cancel(guid("weekly-2"))
    assert read(client, "appointments", guid("weekly-2"), "statecode,statuscode") == [2, 4]


def test_the_master_of_a_series_is_not_held(acts):
    with pytest.raises(ValueError, match="master of a series"):
        acts.complete(identity.activity_series("s7"))


def test_f59_an_activity_is_moved_to_another_record_and_its_regarding_party_with_it(client, crm, acts):
    _, link = client.round("phonecalls?$select=_regardingobjectid_value", prefer=TRACK)
    acts.move(guid("made"), C3)
    rows, _ = client.round(link, prefer=TRACK)
    assert [row["_regardingobjectid_value"] for row in rows] == [C3.guid]
    assert [r["_partyid_value"] for r in crm.party_rows(guid("made")) if r["participationtypemask"] == 8] == [C3]
    acts.move(guid("made"), None)
    assert 8 not in [row["participationtypemask"] for row in crm.party_rows(guid("made"))]


def test_an_activity_is_not_moved_to_a_record_that_does_not_exist(acts):
    with pytest.raises(KeyError):
        acts.move(guid("made"), Ref("contact", identity.contact("nobody")))


@pytest.mark.parametrize(("touch", "told"), [(True, 1), (False, 0)])
def test_a_change_of_parties_is_told_by_the_delta_only_when_it_touches_the_activity(client, crm, acts, touch, told):
    _, link = client.round("emails?$select=subject", prefer=TRACK)
    acts.change_parties(guid("sent"), {1: ["seller@mail.example"], 2: ["c3@mail.example"]}, touch=touch)
    rows, _ = client.round(link, prefer=TRACK)
    assert len(rows) == told
    assert addresses(crm, guid("sent"), 1, 2, 3) == ["seller@mail.example", "c3@mail.example"]


def test_regarding_and_owner_are_no_participants(acts):
    with pytest.raises(ValueError, match="columns"):
        acts.change_parties(guid("sent"), {9: ["helper@mail.example"]})


def test_the_owner_party_follows_the_owner(crm):
    crm.change_owner("email", guid("sent"), identity.system_user("helper"))
    owners = [r["_partyid_value"] for r in crm.party_rows(guid("sent")) if r["participationtypemask"] == 9]
    assert owners == [Ref("systemuser", identity.system_user("helper"))]


def test_a_deleted_contact_stays_on_its_activities_as_a_deleted_party(crm):
    crm.delete("contact", identity.contact("c1"))
    gone = [r["ispartydeleted"] for r in crm.party_rows(guid("sent")) if r.get("addressused") == "c1@mail.example"]
    assert gone == [True]


def test_with_an_opportunity_its_activities_are_deleted(client, crm):
    crm.delete("opportunity", O1.guid)
    left = {row["subject"] for row in client.json("activitypointers?$select=subject")["value"]}
    assert left == {"Objet taken", "Objet to-do"}


def test_activitypointers_are_read_only(crm):
    with pytest.raises(ValueError, match="cannot be changed"):
        crm.update("activitypointer", guid("sent"), {"subject": "x"})


def test_a_change_of_an_activity_is_told_among_the_activitypointers_too(client, acts):
    _, link = client.round("activitypointers?$select=statecode,statuscode,activitytypecode", prefer=TRACK)
    acts.complete(guid("to-do"))
    ((row,), _) = client.round(link, prefer=TRACK)
    assert (row["activitytypecode"], row["statecode"], row["statuscode"]) == ("task", 1, 2)


PEOPLE = [f"{name}@mail.example" for name in ("c1", "c2", "c3", "lead", "stranger")]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["create", "complete", "reopen", "cancel", "delete", "move", "parties", "owner", "merge", "read", "unknown"]
        ),
        st.integers(0, 20),
        st.integers(0, 4),
    ),
    max_size=20,
)


@settings(max_examples=60)
@given(steps=STEPS, size=st.integers(1, 5))
def test_whoever_follows_deltas_and_reads_the_parties_of_what_changed_ends_with_the_truth(steps, size):
    crm = busy_crm()
    acts, reader = Activities(crm), Reader(Client(crm), size)
    regarding = [O1, O3, C3, None, None]
    reader.follow()
    for number, (what, which, other) in enumerate(steps):
        pointers, _ = crm.page("activitypointer", 0, 100)
        present = [str(row["activityid"]) for row in pointers if row["activitytypecode"] in SETS]
        chosen = present[which % len(present)] if present else ""
        match what:
            case "create":
                kind, status = list(Kind)[which % 4], list(WorldStatus)[which % 5]
                acts.create(
                    kind, sender="seller@mail.example", to=[PEOPLE[other]], minutes=other,
                    regarding=regarding[other - 3], status=status, subject=f"Objet {number}",
                )  # fmt: skip
            case "read":
                reader.follow()
            case "unknown":
                crm.report_unknown_deletion(list(SETS)[other % 4])
            case "merge" if not crm.row("contact", identity.contact("c1")).get("merged"):
                crm.merge_contacts(C3.guid, identity.contact("c1"))
            case "complete" | "reopen" | "cancel" | "delete" if chosen:
                getattr(acts, what)(chosen)
            case "move" if chosen:
                acts.move(chosen, regarding[other])
            case "parties" if chosen:
                acts.change_parties(chosen, {1: ["helper@mail.example"], 2: PEOPLE[:other]})
            case "owner" if chosen:
                crm.change_owner(crm.activity_table(chosen), chosen, identity.system_user("helper"))
    reader.follow()
    truth = crm.truth()
    assert reader.states == {guid: row["statecode"] for table in SETS for guid, row in truth[table].items()}
    assert reader.parties == {
        (row["_activityid_value"], row["participationtypemask"], row.get("addressused"), row.get("_partyid_value"))
        for row in truth["activityparty"].values()
        if row["_activityid_value"] in reader.states
    }


class Reader:
    """Holds what deltas tell, and the parties of every activity they named."""

    def __init__(self, client: Client, size: int) -> None:
        self._client = client
        self._prefer = f"odata.track-changes, odata.maxpagesize={size}"
        self._links = {table: f"{entity_set}?$select=statecode" for table, entity_set in SETS.items()}
        self.states: dict[str, int] = {}
        self._parties: dict[str, set[tuple[str, int, str | None, str | None]]] = {}

    @property
    def parties(self) -> set[tuple[str, int, str | None, str | None]]:
        return set().union(*self._parties.values())

    def follow(self) -> None:
        for table, entity_set in SETS.items():
            rows, self._links[table] = self._client.round(self._links[table], prefer=self._prefer)
            for row in rows:
                if "reason" in row:
                    self.states.pop(row["id"], None)
                    self._parties.pop(row["id"], None)
                else:
                    self.states[row["activityid"]] = row["statecode"]
            changed = [row["activityid"] for row in rows if "reason" not in row]
            if changed:
                self._read_parties(table, entity_set, changed)

    def _read_parties(self, table: str, entity_set: str, changed: list[str]) -> None:
        name = f"{table}_activity_parties"
        terms = " or ".join(f"activityid eq {activity}" for activity in changed)
        columns = "participationtypemask,addressused,_partyid_value"
        link = f"{entity_set}?$select=activityid&$filter={terms}&$expand={name}($select={columns})"
        while link:
            page = self._client.json(link, prefer=self._prefer.replace("odata.track-changes, ", ""))
            for row in page["value"]:
                self._parties[row["activityid"]] = {
                    (row["activityid"], p["participationtypemask"], p["addressused"], p["_partyid_value"])
                    for p in row[name]
                }
            link = page.get("@odata.nextLink", "")
