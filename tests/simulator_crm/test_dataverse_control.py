import pytest
from crm_world import small_crm
from flask import Flask

from simulator import identity
from simulator.dataverse import Limits, ServiceProtection, control_blueprint

O1, C1, C3 = identity.opportunity("o1"), identity.contact("c1"), identity.contact("c3")
SELLER, HELPER = identity.system_user("seller"), identity.system_user("helper")


@pytest.fixture
def crm():
    return small_crm()


@pytest.fixture
def protection():
    return ServiceProtection()


@pytest.fixture
def post(crm, protection):
    app = Flask("test")
    bp = control_blueprint(crm, authorised=lambda r: r.headers.get("X-Key") == "k", protection=protection)
    app.register_blueprint(bp)
    http = app.test_client()

    def act(name: str, body: object = None, key: str = "k"):
        answer = http.post(f"/_simulator/crm/{name}", json=body, headers={"X-Key": key})
        return answer.status_code, answer.get_json()

    act.truth = lambda: http.get("/_simulator/crm/truth", headers={"X-Key": "k"}).get_json()
    act.limits = lambda: http.get("/_simulator/crm/limits", headers={"X-Key": "k"}).get_json()
    return act


def test_without_the_key_nothing_is_told_or_changed(post, crm):
    assert post("reopen", {"opportunity": O1}, key="wrong")[0] == 403
    assert crm.row("opportunity", O1)["statecode"] == 0


def test_every_change_can_be_made_from_outside(post, crm):
    status, said = post("create", {"table": "contact", "columns": {
        "fullname": "Ana Nova", "_parentcustomerid_value": {"table": "account", "guid": identity.account("a1")},
    }})  # fmt: skip
    assert status == 200
    steps = [
        ("update", {"table": "contact", "guid": said["guid"], "columns": {"jobtitle": "DSI"}}),
        ("change-owner", {"table": "opportunity", "guid": O1, "system_user": HELPER}),
        ("add-to-team", {"opportunity": O1, "system_user": SELLER}),
        ("remove-from-team", {"opportunity": O1, "system_user": HELPER}),
        ("add-stakeholder", {"opportunity": O1, "contact": C3}),
        ("merge-contacts", {"kept": said["guid"], "merged": C1}),
        ("remove-stakeholder", {"opportunity": O1, "contact": C3}),
        ("close", {"opportunity": O1, "won": True, "on": "2026-06-10"}),
        ("delete", {"table": "lead", "guid": identity.lead("lead")}),
        ("report-unknown-deletion", {"table": "lead"}),
        ("expire-tokens", {"table": "lead"}),
        ("expire-tokens", {}),
        ("application-user", {"present": False}),
        ("application-user", {"present": True}),
    ]
    assert [post(*step)[0] for step in steps] == [200] * len(steps)
    truth = post.truth()
    deal = truth["opportunity"][O1]
    assert (deal["_ownerid_value"], deal["_parentcontactid_value"]) == (HELPER, said["guid"])
    assert (deal["statecode"], deal["actualclosedate"]) == (1, "2026-06-10")
    assert truth["contact"][said["guid"]]["jobtitle"] == "DSI"
    assert truth["lead"] == {}
    assert {row["_record2id_value"] for row in truth["connection"].values()} >= {SELLER}
    assert post("reopen", {"opportunity": O1})[0] == 200
    assert crm.row("opportunity", O1)["statecode"] == 0


def test_every_change_of_an_activity_can_be_made_from_outside(crm, post):
    people = {"sender": "seller@mail.example", "to": ["c1@mail.example"]}
    regarding = {"table": "opportunity", "guid": O1}
    status, call = post("create-activity", {"kind": "call", "minutes": 9, "at": "2026-06-10T10:00:00+02:00", **people})
    assert status == 200
    assert crm.row("phonecall", call["guid"])["actualstart"] == "2026-06-10T08:00:00Z"
    status, tracked = post("track", {"activity": "m1", "regarding": regarding})
    assert (status, crm.row("email", tracked["guid"])["messageid"]) == (200, "<m1@mail.example>")
    status, mail = post("track-mail", {"message_id": "<x@mail.example>", "subject": "Objet", **people})
    assert (status, crm.row("email", mail["guid"])["messageid"]) == (200, "<x@mail.example>")
    steps = [
        ("reopen-activity", {"guid": call["guid"]}),
        ("reschedule-activity", {"guid": call["guid"], "at": "2026-07-01T09:00:00Z", "minutes": 20}),
        ("move-activity", {"guid": call["guid"], "regarding": regarding}),
        ("change-parties", {"guid": call["guid"], "parties": {"1": ["c2@mail.example"]}, "touch": False}),
        ("complete-activity", {"guid": call["guid"], "missed": True}),
        ("cancel-activity", {"guid": mail["guid"]}),
        ("delete-activity", {"guid": tracked["guid"]}),
    ]
    assert [post(*step)[0] for step in steps] == [200] * len(steps)
    truth = post.truth()
    row = truth["phonecall"][call["guid"]]
    assert (row["scheduledstart"], row["actualdurationminutes"]) == ("2026-07-01T09:00:00Z", 0)
    assert row["_regardingobjectid_value"] == O1
    assert [guid for guid in truth["email"] if truth["email"][guid]["statecode"] == 2] == [mail["guid"]]
    assert tracked["guid"] not in truth["email"]
    on_call = [p for p in truth["activityparty"].values() if p["_activityid_value"] == call["guid"]]
    assert {p["participationtypemask"] for p in on_call} == {1, 8, 9}


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("create-activity", {"kind": "letter", "sender": "seller@mail.example"}, 400),
        ("create-activity", {"kind": "call", "sender": "seller@mail.example", "to": "c1"}, 400),
        ("create-activity", {"kind": "call", "sender": "seller@mail.example", "at": "2026-06-10T10:00:00"}, 400),
        ("create-activity", {"kind": "call", "sender": "seller@mail.example", "minutes": "9"}, 400),
        ("track", {"activity": "m99"}, 404),
        ("track", {"activity": "m1", "regarding": "o1"}, 400),
        ("move-activity", {"guid": O1}, 404),
        ("change-parties", {"guid": O1, "parties": {"1": []}}, 404),
        ("change-parties", {"guid": O1, "parties": {"x": []}}, 400),
        ("reschedule-activity", {"guid": O1}, 400),
    ],
)
def test_a_wrong_command_about_activities_says_so_and_changes_nothing(post, crm, act, body, status):
    before = crm.truth()
    assert post(act, body)[0] == status
    assert crm.truth() == before


def test_the_service_limits_can_be_made_small(post, protection):
    assert post("limits", {"requests": 5, "window_seconds": 2})[0] == 200
    assert protection.limits == Limits(requests=5, window_seconds=2)
    assert post("limits", {"wishes": 3})[0] == 400


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("reopen", {}, 400),
        ("reopen", ["x"], 400),
        ("reopen", {"opportunity": C1}, 404),
        ("dance", {}, 404),
        ("create", {"table": "emails", "columns": {}}, 400),
        ("update", {"table": "contact", "guid": C1, "columns": {"nom": "x"}}, 400),
        ("close", {"opportunity": O1, "on": "demain"}, 400),
        ("add-to-team", {"opportunity": O1, "system_user": HELPER}, 400),
    ],
)
def test_a_wrong_command_says_so_and_changes_nothing(post, crm, act, body, status):
    before = crm.truth()
    assert post(act, body)[0] == status
    assert crm.truth() == before


def test_refused_requests_are_told_and_those_that_came_too_early(post, protection):
    protection.block("somebody", 60)
    protection.enter("somebody")
    assert post.limits() == {"refused": 1, "too_early": 1}
