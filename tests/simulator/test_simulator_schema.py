"""Every kind of page fits the published schema of Microsoft Graph, in which a misspelt property does not exist."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from simulated import DirectGraph, Validate, call, draft, mail, meeting, task, world

from simulator.faults import HARMLESS, Fault, FaultKind
from simulator.organisation import Organisation
from simulator.registration import READ_ROLES
from simulator.world import Source, WorldStatus

OMAR = "/users/omar@fjord.example"
RECORDS = "/communications/callRecords"
SPAN = "fromDateTime=2026-06-01,toDateTime=2026-06-30"
VIEW = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z"
DAY, WEEK = datetime(2026, 6, 8, 9, tzinfo=UTC), timedelta(days=7)


@pytest.fixture
def graph() -> DirectGraph:
    mails = [mail(f"m{n}", "tor", "omar", cc=("ines",)) for n in range(6)]
    series = [meeting(f"w{n}", "omar", "tor", "ines", at=DAY - n * WEEK, conversation_id="s1") for n in range(4)]
    series[1] = replace(series[1], at=series[1].at + timedelta(hours=3))
    others = [
        meeting("e1", "tor", "omar", "lina", status=WorldStatus.CANCELLED),
        meeting("e2", "omar", "tor", cc=("ines",), status=WorldStatus.DECLINED),
        meeting("e3", "tor", "ines", "omar"),
        *(call(f"c{n}", "omar", "tor", at=DAY + timedelta(hours=n)) for n in range(9)),
        call("missed", "tor", "omar", minutes=0, status=WorldStatus.DECLINED),
        task("t1", "omar", "tor", regarding_id="o1"),
        task("t2", "omar", "lina", status=WorldStatus.PLANNED, source=Source.BOTH),
        task("t3", "omar", "ines", "tor"),
    ]
    made = world(*mails, mail("sent", "omar", "tor"), draft("d", "omar", "tor"), *series, *others)
    organisation = Organisation(replace(made, time_zone="Europe/Paris"))
    organisation.flag("m1", "omar")
    organisation.calendars.arrange("omar", ["tor"], at=DAY, is_all_day=True, minutes=1440, sensitivity="private")
    organisation.calls.record_call("omar", ["tor", "lina"], at=DAY, network="teams", anonymous=2)
    roles = ("Mail.Read", "User.Read.All", "Domain.Read.All", "Organization.Read.All", *READ_ROLES)
    return DirectGraph(organisation, roles=roles)


EVERY_FIELD = (
    "$select=id,createdDateTime,lastModifiedDateTime,changeKey,categories,receivedDateTime,sentDateTime,"
    "hasAttachments,internetMessageId,subject,bodyPreview,importance,parentFolderId,conversationId,"
    "conversationIndex,isDeliveryReceiptRequested,isReadReceiptRequested,isRead,isDraft,webLink,"
    "inferenceClassification,body,sender,from,toRecipients,ccRecipients,bccRecipients,replyTo,flag,"
    "internetMessageHeaders,uniqueBody"
)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("userPage", "/users"),
        ("userPage", "/users?$top=1&$select=mail,department,companyName,otherMails,mailNickname,userType"),
        ("userDeltaPage", "/users/delta"),
        ("userDeltaPage", "/users/delta?$select=mail,proxyAddresses,accountEnabled"),
        ("domainPage", "/domains"),
        ("organizationPage", "/organization"),
        ("mailFolderPage", f"{OMAR}/mailFolders?includeHiddenFolders=true"),
        ("mailFolderPage", f"{OMAR}/mailFolders/inbox/childFolders"),
        ("mailFolderDeltaPage", f"{OMAR}/mailFolders/delta"),
        ("messagePage", f"{OMAR}/messages"),
        ("messagePage", f"{OMAR}/mailFolders/inbox/messages?$top=2"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/inbox/messages/delta"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/inbox/messages/delta?{EVERY_FIELD}"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/sentitems/messages/delta?{EVERY_FIELD}"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/drafts/messages/delta"),
        ("calendarPage", f"{OMAR}/calendars"),
        ("eventDeltaPage", f"{OMAR}/calendarView/delta?{VIEW}"),
        ("eventPage", f"{OMAR}/calendarView?{VIEW}"),
        ("eventPage", f"{OMAR}/calendarView?{VIEW}&$top=2&$select=iCalUId,start,end"),
        ("eventPage", f"{OMAR}/events?$top=50&$select=cancelledOccurrences,recurrence,type,attendees"),
        ("todoTaskListPage", f"{OMAR}/todo/lists"),
        ("todoTaskListDeltaPage", f"{OMAR}/todo/lists/delta"),
        ("plannerTaskPage", f"{OMAR}/planner/tasks"),
        ("callRecords.callRecordPage", "/communications/callRecords"),
        ("callRecords.pstnCallLogRowPage", f"{RECORDS}/getPstnCalls({SPAN})"),
        ("callRecords.directRoutingLogRowPage", f"{RECORDS}/getDirectRoutingCalls({SPAN})"),
    ],
)
def test_a_page_fits_the_schema(validate: Validate, graph: DirectGraph, name: str, url: str):
    page = graph.json(url)
    assert page["value"]
    validate(f"microsoft.graph.{name}", page)


def test_an_event_a_series_and_its_instances_fit_the_schema(validate: Validate, graph: DirectGraph):
    rows = graph.json(f"{OMAR}/calendarView/delta?{VIEW}", prefer="odata.maxpagesize=50")["value"]
    [master] = [row for row in rows if row["type"] == "seriesMaster"]
    url = f"{OMAR}/events/{quote(master['id'])}"
    validate("microsoft.graph.event", graph.json(url))
    validate("microsoft.graph.eventPage", graph.json(f"{url}/instances?{VIEW}"))
    assert {row["type"] for row in rows} == {"seriesMaster", "occurrence", "exception", "singleInstance"}


def test_rows_of_changed_events_fit_the_schema(validate: Validate, graph: DirectGraph):
    link = str(graph.json(f"{OMAR}/calendarView/delta?{VIEW}", prefer="odata.maxpagesize=50")["@odata.deltaLink"])
    graph.organisation.calendars.respond("w2", "tor", "tentativelyAccepted")
    graph.organisation.calendars.delete("e3")
    page = graph.json(link)
    assert {row.get("type", "removed") for row in page["value"]} == {"seriesMaster", "exception", "removed"}
    validate("microsoft.graph.eventDeltaPage", page)


@pytest.mark.parametrize("well_known", ["defaultList", "flaggedEmails"])
def test_tasks_fit_the_schema(validate: Validate, graph: DirectGraph, well_known: str):
    lists = graph.json(f"{OMAR}/todo/lists")["value"]
    [found] = [row["id"] for row in lists if row["wellknownListName"] == well_known]
    url = f"{OMAR}/todo/lists/{quote(found)}/tasks"
    page = graph.json(f"{url}/delta")
    assert page["value"]
    validate("microsoft.graph.todoTaskDeltaPage", page)
    validate("microsoft.graph.todoTaskPage", graph.json(url))
    validate("microsoft.graph.todoTask", graph.json(f"{url}/{quote(page['value'][0]['id'])}"))


def test_call_records_with_all_their_parts_fit_the_schema(validate: Validate, graph: DirectGraph):
    for record in graph.organisation.calls.truth():
        row = graph.json(f"{RECORDS}/{record.id}?$expand=sessions($expand=segments),participants_v2")
        assert row["sessions"][0]["segments"]
        validate("microsoft.graph.callRecords.callRecord", row)
        validate("microsoft.graph.callRecords.participantPage", graph.json(f"{RECORDS}/{record.id}/participants_v2"))
        validate("microsoft.graph.callRecords.sessionPage", graph.json(f"{RECORDS}/{record.id}/sessions"))


def test_settings_and_details_fit_the_schema(validate: Validate, graph: DirectGraph):
    validate("microsoft.graph.mailboxSettings", graph.json(f"{OMAR}/mailboxSettings"))
    [task_row] = graph.json(f"{OMAR}/planner/tasks")["value"]
    validate("microsoft.graph.plannerTask", graph.json(f"/planner/tasks/{task_row['id']}"))
    validate("microsoft.graph.plannerTaskDetails", graph.json(f"/planner/tasks/{task_row['id']}/details"))


def test_rows_of_changes_fit_the_schema(validate: Validate, graph: DirectGraph):
    url = f"{OMAR}/mailFolders/inbox/messages/delta"
    link = str(graph.json(url, prefer="odata.maxpagesize=50")["@odata.deltaLink"])
    graph.organisation.mark_read("m1", "omar")
    graph.organisation.delete_mail("m2", "omar")
    graph.organisation.edit("m3", to=["lina"])
    page = graph.json(link)
    assert len(page["value"]) == 3
    validate("microsoft.graph.messageDeltaPage", page)


@pytest.mark.parametrize("kind", [k for k in HARMLESS if k not in (
    FaultKind.UNAVAILABLE, FaultKind.HTML, FaultKind.CUT, FaultKind.RESET)])  # fmt: skip
def test_even_a_page_with_a_fault_fits_the_schema(validate: Validate, graph: DirectGraph, kind: FaultKind):
    graph.plan.add(Fault(kind))
    validate("microsoft.graph.messageDeltaPage", graph.json(f"{OMAR}/mailFolders/inbox/messages/delta"))


@pytest.mark.parametrize(
    "url", ["/users/nobody", "/devices", "/users/delta?$skiptoken=x", f"{OMAR}/mailFolders/inbox/messages?$search=x"]
)
def test_an_error_fits_the_schema(validate: Validate, graph: DirectGraph, url: str):
    answer = graph.answer(url)
    assert answer.status >= 400
    validate("error", answer.body)
