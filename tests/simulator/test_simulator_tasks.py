"""To Do, Planner and mailbox settings of the simulated organisation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simulated import NOW, ORIGIN, DeltaReader, DirectGraph, mail, task, world

from simulator import identity
from simulator.organisation import Organisation
from simulator.world import Source, WorldStatus

INES = "/users/ines@fjord.example"
LISTS = f"{INES}/todo/lists"
ROLES = ("Tasks.Read.All", "MailboxSettings.Read", "Mail.ReadBasic.All")
DAY = datetime(2026, 6, 10, 9, tzinfo=UTC)


def graph_of(*activities: Any, roles: tuple[str, ...] = ROLES) -> DirectGraph:
    return DirectGraph(Organisation(world(*activities)), roles=roles)


def list_id(graph: DirectGraph, well_known: str = "defaultList") -> str:
    return next(row["id"] for row in graph.json(LISTS)["value"] if row["wellknownListName"] == well_known)


def tasks_url(graph: DirectGraph, well_known: str = "defaultList") -> str:
    return f"{LISTS}/{list_id(graph, well_known)}/tasks"


def test_a_done_task_of_the_world_is_a_completed_task_that_points_to_its_records():
    graph = graph_of(task("t1", "ines", "tor", at=DAY, regarding_id="o1"))
    [row] = graph.json(tasks_url(graph) + "/delta")["value"]
    assert row["status"] == "completed"
    assert row["completedDateTime"] == {"dateTime": "2026-06-10T00:00:00.0000000", "timeZone": "UTC"}
    assert [link["externalId"] for link in row["linkedResources"]] == [
        identity.opportunity("o1"), identity.contact("tor"),
    ]  # fmt: skip
    assert row["linkedResources"][0]["webUrl"].endswith(f"etn=opportunity&id={identity.opportunity('o1')}")


def test_a_planned_task_is_open_and_due():
    graph = graph_of(task("t1", "ines", "lina", at=NOW + timedelta(days=3), status=WorldStatus.PLANNED))
    [row] = graph.json(tasks_url(graph))["value"]
    assert row["status"] == "notStarted"
    assert "completedDateTime" not in row
    assert row["dueDateTime"]["dateTime"] == "2026-06-20T00:00:00.0000000"
    assert row["linkedResources"][0]["externalId"] == identity.lead("lina")


def test_a_task_that_is_in_the_crm_too_points_to_its_twin():
    graph = graph_of(task("t1", "ines", source=Source.BOTH), task("t2", "ines", source=Source.DATAVERSE))
    [row] = graph.json(tasks_url(graph))["value"]
    assert row["linkedResources"][0]["externalId"] == identity.activity("t1")
    links = graph.json(f"{tasks_url(graph)}/{row['id']}/linkedResources")["value"]
    assert links == row["linkedResources"]


def test_what_happens_to_a_task_is_told_by_delta():
    graph = graph_of(task("t1", "ines", "tor", status=WorldStatus.PLANNED))
    tasks = graph.organisation.tasks
    reader = DeltaReader(graph.json, ORIGIN + tasks_url(graph) + "/delta")
    reader.read()
    tasks.complete("t1", at=DAY)
    made = tasks.add("ines", "Rappeler", about=["lina"], due=DAY)
    reader.read()
    assert {row["status"] for row in reader.rows.values()} == {"completed", "notStarted"}
    tasks.reopen("t1")
    tasks.change(made.id, about=["tor"])
    reader.read()
    assert reader.rows[made.id]["linkedResources"][0]["externalId"] == identity.contact("tor")
    tasks.delete("t1")
    reader.read()
    assert set(reader.rows) == {made.id}


def test_lists_come_and_go_by_delta():
    graph = graph_of()
    reader = DeltaReader(graph.json, f"{ORIGIN}{LISTS}/delta")
    reader.read()
    assert {row["wellknownListName"] for row in reader.rows.values()} == {"defaultList", "flaggedEmails"}
    made = graph.organisation.tasks.add_list("ines", "Salon")
    reader.read()
    assert reader.rows[made.id]["displayName"] == "Salon"
    link = str(graph.json(f"{LISTS}/{made.id}/tasks/delta")["@odata.deltaLink"])
    graph.organisation.tasks.delete_list("ines", "Salon")
    reader.read()
    assert made.id not in reader.rows
    assert graph.answer(link).status == 410


def test_flagged_mail_is_mirrored_in_a_list_of_its_own():
    graph = graph_of(mail("m1", "tor", "ines"))
    graph.organisation.flag("m1", "ines")
    [row] = graph.json(tasks_url(graph, "flaggedEmails") + "/delta")["value"]
    assert row["linkedResources"][0]["applicationName"] == "Outlook"
    [message] = graph.json(f"{INES}/messages?$select=flag")["value"]
    assert message["flag"] == {"flagStatus": "flagged"}
    assert graph.organisation.tasks.truth() == []


def test_a_task_that_colleagues_share_lies_in_planner():
    graph = graph_of(task("t1", "ines", "omar", "tor", at=DAY))
    assert graph.json(tasks_url(graph))["value"] == []
    [row] = graph.json("/users/omar@fjord.example/planner/tasks")["value"]
    assert (row["percentComplete"], row["completedDateTime"]) == (100, "2026-06-10T09:00:00Z")
    ids = {graph.organisation.user(name).id for name in ("ines", "omar")}
    assert set(row["assignments"]) == ids
    details = graph.json(f"/planner/tasks/{row['id']}/details")
    assert [reference["alias"] for reference in details["references"].values()] == ["Tor"]
    assert graph.json(f"/planner/plans/{row['planId']}/tasks")["value"] == [row]


def test_a_planner_task_advances_under_another_etag():
    graph = graph_of()
    planner = graph.organisation.tasks.planner
    made = planner.share("ines", "Dossier", ["omar"], at=NOW)
    before = graph.json(f"/planner/tasks/{made.id}")
    planner.advance(made.id, 50, at=NOW)
    after = graph.json(f"/planner/tasks/{made.id}")
    assert before["@odata.etag"] != after["@odata.etag"]
    assert (after["percentComplete"], after["completedDateTime"]) == (50, None)


@pytest.mark.parametrize("status", [401, 403])
def test_an_organisation_may_let_no_application_read_tasks(status: int):
    graph = graph_of()
    graph.organisation.tasks.refused_with = status
    assert graph.answer(LISTS).status == status
    assert graph.answer(f"{INES}/planner/tasks").status == status
    assert graph.answer(f"{INES}/mailFolders").status == 200


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{LISTS}/nothing", 404),
        (f"{LISTS}/nothing/tasks/delta", 404),
        (f"{LISTS}/delta?$search=x", 400),
        (f"{LISTS}/delta?$select=shoeSize", 400),
        ("/planner/tasks/nothing", 404),
        ("/planner/plans/nothing/tasks", 404),
    ],
)
def test_what_the_service_refuses_is_refused(url: str, status: int):
    assert graph_of().answer(url).status == status


def test_a_mailbox_says_what_it_is_for():
    graph = graph_of()
    organisation = graph.organisation
    organisation.new_user("Accueil", "accueil@fjord.example", purpose="shared")
    organisation.new_user("Salle 4", "salle4@fjord.example", purpose="room")
    for name, purpose in (("ines", "user"), ("accueil", "shared"), ("salle4", "room")):
        base = f"/users/{name}@fjord.example/mailboxSettings"
        assert graph.json(f"{base}/userPurpose")["value"] == purpose
        assert graph.json(base)["userPurpose"] == purpose
        assert set(graph.json(f"{base}?$select=userPurpose")) == {"@odata.context", "userPurpose"}


def headers_in(graph: DirectGraph, folder: str) -> dict[str, str]:
    url = f"{INES}/mailFolders/{folder}/messages/delta?$select=internetMessageHeaders"
    [row] = graph.json(url)["value"]
    return {header["name"]: header["value"] for header in row["internetMessageHeaders"]}


def test_headers_tell_automatic_replies_lists_and_machines():
    for sender, subject, name, value in [
        ("tor", "Réponse automatique : Offre 118", "Auto-Submitted", "auto-replied"),
        ("ventes", "Lettre n° 3", "Precedence", "bulk"),
        ("no-reply@nordlys.example", "Votre facture", "Auto-Submitted", "auto-generated"),
    ]:
        graph = graph_of()
        graph.organisation.deliver(sender, ["ines"], subject=subject)
        assert headers_in(graph, "inbox")[name] == value


def test_given_headers_replace_those_by_rule_and_sent_mail_has_none():
    graph = graph_of()
    graph.organisation.deliver("tor", ["ines"], subject="Absent", headers=(("Auto-Submitted", "auto-replied"),))
    assert headers_in(graph, "inbox")["Auto-Submitted"] == "auto-replied"
    graph.organisation.deliver("ines", ["ventes"])
    assert headers_in(graph, "sentitems") == {}


def test_who_gets_a_blind_copy_has_the_mail_without_being_named():
    graph = graph_of()
    graph.organisation.deliver("tor", ["omar"], bcc=["ines"])
    url = f"{INES}/mailFolders/inbox/messages/delta?$select=toRecipients,ccRecipients,bccRecipients"
    [row] = graph.json(url)["value"]
    named = [r["emailAddress"]["address"] for field in ("toRecipients", "ccRecipients") for r in row[field]]
    assert named == ["omar@fjord.example"]
    assert row["bccRecipients"] == []
