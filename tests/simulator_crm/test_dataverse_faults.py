"""Faults of the plan on requests to the CRM. Ids: `docs/fault-plans.md`."""

import orjson
import pytest
from crm_activities import busy_crm, guid
from crm_world import Client

from simulator import identity
from simulator.dataverse import Activities, ServiceProtection
from simulator.faults import Fault, FaultKind, FaultPlan

TRACK = "odata.track-changes, odata.maxpagesize=2"
EMAILS = "emails?$select=subject"


class Watch:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def plan():
    return FaultPlan()


@pytest.fixture
def crm():
    return busy_crm()


@pytest.fixture
def client(crm, plan):
    return Client(crm, plan=plan)


def test_without_a_plan_nothing_happens(client):
    assert client.get(EMAILS).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault(FaultKind.UNAVAILABLE, "emails"), 503, b""),
        (Fault(FaultKind.HTML, "emails"), 200, b"<!DOCTYPE html>"),
        (Fault(FaultKind.HTML, "emails", status=502), 502, b"<!DOCTYPE html>"),
        (Fault(FaultKind.UNAUTHORISED, "emails"), 401, b""),
    ],
)
def test_the_request_named_is_answered_wrongly_and_the_next_one_well(client, plan, fault, status, body):
    plan.add(fault)
    assert client.get("accounts").status_code == 200
    answer = client.get(EMAILS)
    assert answer.status_code == status
    assert answer.get_data().startswith(body)
    assert client.get(EMAILS).status_code == 200


def test_the_nth_request_is_struck(client, plan):
    plan.add(Fault(FaultKind.UNAVAILABLE, r"emails\?", first=2, times=2))
    assert [client.get(EMAILS).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_cut_answer_is_no_json(client, plan):
    plan.add(Fault(FaultKind.CUT, "emails"))
    answer = client.get(EMAILS)
    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.get_data())


def test_a_reset_breaks_the_connection(crm, plan):
    broken = []
    client = Client(crm, plan=plan, environ={"simulator.reset": lambda: broken.append(True)})
    plan.add(Fault(FaultKind.RESET, "emails"))
    client.get(EMAILS)
    assert broken == [True]


def test_a_slow_answer_drips_byte_by_byte_and_is_whole(client, plan, monkeypatch):
    waited = []
    monkeypatch.setattr("simulator.dataverse.interference.time.sleep", waited.append)
    plan.add(Fault(FaultKind.DRIP, "WhoAmI"))
    assert "UserId" in orjson.loads(client.get("WhoAmI").get_data())
    assert set(waited) == {1}
    assert len(waited) > 100


@pytest.mark.parametrize(("status", "code"), [(400, "0x80044352"), (410, ""), (412, "0x80044352")])
def test_f45_a_delta_link_is_refused_with_the_status_and_code_ordered(client, plan, status, code):
    _, link = client.round(EMAILS, prefer=TRACK)
    plan.add(Fault(FaultKind.REFUSED, r"\$deltatoken", status=status, code=code))
    assert client.refusal(link, prefer=TRACK) == (status, code)
    assert client.get(link, prefer=TRACK).status_code == 200


def test_f45_tokens_die_when_the_organisation_says_so(client, crm):
    _, link = client.round(EMAILS, prefer=TRACK)
    crm.expire_tokens("email")
    assert client.refusal(link, prefer=TRACK) == (400, "0x80044352")


def test_f46_deletions_come_last_and_an_unknown_one_among_them(client, crm, plan):
    _, link = client.round(EMAILS, prefer=TRACK)
    Activities(crm).delete(guid("sent"))
    Activities(crm).move(guid("received"), None)
    plan.add(Fault(FaultKind.UNKNOWN_REMOVED, r"\$deltatoken"))
    rows, _ = client.round(link, prefer="odata.maxpagesize=50")
    assert [row.get("reason") for row in rows] == [None, "deleted", "deleted"]
    assert rows[1]["id"] == guid("sent")
    assert rows[2]["@odata.context"].endswith("$metadata#emails/$deletedEntity")


def test_f47_the_wait_grows_for_whoever_asks_within_it_and_ends(crm, plan):
    watch = Watch()
    protection = ServiceProtection(clock=watch)
    client = Client(crm, plan=plan, protection=protection)
    plan.add(Fault(FaultKind.THROTTLED, "emails", retry_after="5"))
    assert (client.get(EMAILS).status_code, client.refusal("accounts")) == (429, (429, "0x80072322"))
    assert client.get("accounts").headers["Retry-After"] == "20"
    assert protection.too_early == 2
    watch.now += 20
    assert client.get(EMAILS).status_code == 200
    assert protection.too_early == 2


@pytest.mark.parametrize("said", [None, "Wed, 21 Oct 2026 07:28:00 GMT", "soon", "-1"])
def test_a_retry_after_that_is_no_number_of_seconds_is_sent_as_it_is(client, plan, said):
    plan.add(Fault(FaultKind.THROTTLED, "emails", retry_after=said))
    answer = client.get(EMAILS)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, said)
    assert client.get(EMAILS).status_code == 200


def test_a_page_can_repeat_a_row_or_forget_its_rows(client, plan):
    plan.add(Fault(FaultKind.REPEATED_ITEM, "emails"), Fault(FaultKind.FORGOTTEN_VALUE, "emails", first=2))
    rows = client.json(EMAILS)["value"]
    assert rows[0]["activityid"] == rows[1]["activityid"]
    assert rows[0]["@odata.etag"] != rows[1]["@odata.etag"]
    assert "value" not in client.json(EMAILS)


def test_f48_a_merged_contact_hands_over_its_activities_which_the_next_delta_tells(client, crm):
    kept, merged = identity.contact("c3"), identity.contact("c1")
    _, link = client.round(EMAILS, prefer=TRACK)
    crm.merge_contacts(kept, merged)
    rows, _ = client.round(link, prefer=TRACK)
    assert {row["subject"] for row in rows} == {"Objet sent", "Objet draft"}
    row = client.json(f"emails({guid('sent')})?$select=subject&$expand=email_activity_parties")
    named = {party["_partyid_value"] for party in row["email_activity_parties"]}
    assert kept in named
    assert merged not in named


def test_f48_a_contact_is_deactivated_gets_a_new_owner_and_shares_its_address(client, crm):
    contact, helper = identity.contact("c1"), identity.system_user("helper")
    _, link = client.round("contacts?$select=statecode,emailaddress1,_ownerid_value", prefer=TRACK)
    crm.update("contact", contact, {"statecode": 1, "statuscode": 2})
    crm.change_owner("contact", contact, helper)
    twin = crm.create("contact", {"fullname": "Ana Nova", "emailaddress1": "c1@mail.example"})
    rows, _ = client.round(link, prefer=TRACK)
    assert [(r["contactid"], r["statecode"], r["emailaddress1"], r["_ownerid_value"]) for r in rows] == [
        (contact, 1, "c1@mail.example", helper),
        (twin, 0, "c1@mail.example", None),
    ]


def test_faults_strike_inside_a_batch_as_well(client, plan):
    plan.add(Fault(FaultKind.UNAVAILABLE, "accounts"))
    part = (
        "--b1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        "GET /api/data/v9.2/accounts?$select=name HTTP/1.1\r\n\r\n"
    )
    answer = client.batch(f"{part}\r\n{part}\r\n--b1--\r\n", prefer="odata.continue-on-error")
    assert answer.status_code == 200
    assert b"HTTP/1.1 503 Service Unavailable" in answer.get_data()
    assert b"HTTP/1.1 200 OK" in answer.get_data()
