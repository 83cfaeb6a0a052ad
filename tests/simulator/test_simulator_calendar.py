"""Calendars of the simulated organisation, as the contract describes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from simulated import NOW, ORIGIN, DeltaReader, DirectGraph, meeting, world

from simulator import identity
from simulator.faults import Fault, FaultKind
from simulator.mailbox import MailboxState
from simulator.meetings import meetings_of
from simulator.organisation import Organisation
from simulator.world import Source, WorldStatus

VIEW = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z"
INES, OMAR = "/users/ines@fjord.example", "/users/omar@fjord.example"
DELTA = f"{INES}/calendarView/delta?{VIEW}"
ROLES = ("Calendars.Read",)
THIN = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}


def paris_week(**changes: Any) -> list[Any]:
    """Fridays at nine o'clock in Paris from 13 March 2026; the clocks change on 29 March."""
    hours = [8, 8, 8, 7, 7]
    days = [datetime(2026, 3, 13, tzinfo=UTC) + timedelta(days=7 * n) for n in range(5)]
    return [
        meeting(f"w{n}", "ines", "tor", "omar", at=day.replace(hour=hours[n]), conversation_id="s1", **changes)
        for n, day in enumerate(days)
    ]


def organisation(*activities: Any) -> Organisation:
    return Organisation(replace(world(*activities), time_zone="Europe/Paris"))


def graph_of(*activities: Any, roles: tuple[str, ...] = ROLES) -> DirectGraph:
    return DirectGraph(organisation(*activities), roles=roles)


def rows_of(graph: DirectGraph, url: str = DELTA, *, prefer: str = "odata.maxpagesize=100") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        page = graph.json(url, prefer=prefer)
        rows += page["value"]
        if "@odata.nextLink" not in page:
            return rows
        url = str(page["@odata.nextLink"])


def test_a_meeting_of_the_world_is_an_event_for_every_colleague_on_it():
    graph = graph_of(meeting("e1", "ines", "tor", cc=("omar",)))
    [ours] = rows_of(graph)
    [his] = rows_of(graph, DELTA.replace("ines", "omar"))
    assert ours["id"] != his["id"]
    assert ours["iCalUId"] == his["iCalUId"] == identity.calendar_uid("e1")
    assert (ours["isOrganizer"], his["isOrganizer"]) == (True, False)
    assert ours["responseStatus"]["response"] == "organizer"
    assert his["responseStatus"]["response"] == "accepted"
    answers = {a["emailAddress"]["address"]: a["status"]["response"] for a in ours["attendees"]}
    assert answers["tor@nordlys.example"] == "accepted"
    theirs = {a["emailAddress"]["address"]: a["status"]["response"] for a in his["attendees"]}
    assert theirs["tor@nordlys.example"] == "none"
    assert theirs["omar@fjord.example"] == "accepted"


def test_a_series_is_told_as_its_master_and_thin_occurrences():
    rows = rows_of(graph_of(*paris_week()))
    [master] = [row for row in rows if row["type"] == "seriesMaster"]
    occurrences = [row for row in rows if row["type"] == "occurrence"]
    assert len(occurrences) == 5
    assert all(set(row) == THIN and row["seriesMasterId"] == master["id"] for row in occurrences)
    assert master["recurrence"]["pattern"]["daysOfWeek"] == ["friday"]
    assert master["recurrence"]["range"]["recurrenceTimeZone"] == "Romance Standard Time"
    assert master["iCalUId"][:32] == identity.calendar_uid("w0", "s1")[:32]
    assert master["iCalUId"][40:] == identity.calendar_uid("w0", "s1")[40:]


def test_nine_o_clock_in_paris_stays_nine_o_clock_when_the_clocks_change():
    rows = [row for row in rows_of(graph_of(*paris_week())) if row["type"] == "occurrence"]
    assert [row["start"]["dateTime"][:16] for row in rows] == [
        "2026-03-13T08:00", "2026-03-20T08:00", "2026-03-27T08:00", "2026-04-03T07:00", "2026-04-10T07:00",
    ]  # fmt: skip


def test_a_zone_can_be_asked_for_by_either_of_its_names():
    graph = graph_of(meeting("e1", "ines", "tor", at=datetime(2026, 6, 1, 7, tzinfo=UTC)))
    for name in ("Romance Standard Time", "Europe/Paris"):
        [row] = rows_of(graph, prefer=f'outlook.timezone="{name}"')
        assert row["start"] == {"dateTime": "2026-06-01T09:00:00.0000000", "timeZone": name}
    assert graph.answer(DELTA, prefer='outlook.timezone="Nowhere"').status == 400


def test_a_moved_occurrence_is_a_full_exception():
    series = paris_week()
    series[2] = replace(series[2], at=series[2].at + timedelta(days=3, hours=2))
    rows = rows_of(graph_of(*series))
    [moved] = [row for row in rows if row["type"] == "exception"]
    assert moved["originalStart"] == "2026-03-27T08:00:00.0000000Z"
    assert moved["iCalUId"] == identity.calendar_uid("w2", "s1")
    assert moved["attendees"]


@pytest.mark.parametrize("status", [WorldStatus.CANCELLED, WorldStatus.DECLINED])
def test_what_was_cancelled_or_declined_does_not_look_held(status: WorldStatus):
    graph = graph_of(meeting("e1", "ines", "tor", "omar", status=status))
    ours, his = rows_of(graph), rows_of(graph, DELTA.replace("ines", "omar"))
    if status is WorldStatus.CANCELLED:
        assert ours == []
        assert his[0]["isCancelled"] is True
    else:
        answers = {a["emailAddress"]["address"]: a["status"]["response"] for a in ours[0]["attendees"]}
        assert answers["tor@nordlys.example"] == "declined"
        assert his[0]["responseStatus"]["response"] == "accepted"


def test_a_meeting_of_the_crm_alone_lies_in_no_calendar():
    made = meeting("e1", "ines", "tor", source=Source.DATAVERSE)
    assert meetings_of(world(made)) == {}
    assert rows_of(graph_of(made)) == []


def test_the_window_is_frozen_in_the_link_and_what_leaves_it_looks_removed():
    graph = graph_of(meeting("e1", "ines", "tor", at=datetime(2026, 12, 30, 9, tzinfo=UTC)))
    reader = DeltaReader(graph.json, ORIGIN + DELTA)
    reader.read()
    [event_id] = reader.rows
    graph.organisation.calendars.reschedule("e1", at=datetime(2027, 1, 4, 9, tzinfo=UTC))
    assert graph.json(reader.link)["value"] == [{"@removed": {"reason": "deleted"}, "id": event_id}]
    assert graph.json(f"{INES}/events/{quote(event_id)}")["start"]["dateTime"] == "2027-01-04T09:00:00.0000000"
    graph.organisation.calendars.reschedule("e1", at=datetime(2026, 12, 29, 9, tzinfo=UTC))
    [row] = graph.json(reader.link)["value"]
    assert row["id"] == event_id


def test_a_change_outside_the_window_is_told_as_a_removal():
    graph = graph_of(meeting("e1", "ines", "tor", at=datetime(2024, 6, 1, 9, tzinfo=UTC)))
    first = graph.json(DELTA)
    assert first["value"] == []
    graph.organisation.calendars.describe("e1", subject="Autre")
    [row] = graph.json(str(first["@odata.deltaLink"]))["value"]
    assert row["@removed"] == {"reason": "deleted"}


def test_an_occurrence_may_vanish_without_a_trace():
    graph = graph_of(*paris_week())
    reader = DeltaReader(graph.json, ORIGIN + DELTA)
    reader.read()
    graph.organisation.calendars.delete("w3", leaves_trace=False)
    assert graph.json(reader.link)["value"] == []
    [master] = [row for row in reader.rows.values() if row["type"] == "seriesMaster"]
    url = f"{INES}/events/{quote(master['id'])}"
    rows = graph.json(f"{url}/instances?{VIEW}")["value"]
    assert len(rows) == 4
    assert {row["iCalUId"] for row in rows} == {identity.calendar_uid(f"w{n}", "s1") for n in (0, 1, 2, 4)}
    assert graph.json(f"{url}?$select=cancelledOccurrences")["cancelledOccurrences"] == [
        f"OID.{master['id']}.2026-04-03"
    ]


def test_hidden_attendees_see_only_themselves():
    graph = graph_of()
    graph.organisation.calendars.arrange("ines", ["tor", "omar"], at=NOW, hides_attendees=True)
    [ours] = rows_of(graph)
    [his] = rows_of(graph, DELTA.replace("ines", "omar"))
    assert {a["emailAddress"]["address"] for a in ours["attendees"]} >= {"tor@nordlys.example", "omar@fjord.example"}
    assert [a["emailAddress"]["address"] for a in his["attendees"]] == ["omar@fjord.example"]


def test_an_all_day_meeting_goes_from_midnight_to_midnight_in_its_own_zone():
    graph = graph_of()
    at = datetime(2026, 3, 28, 23, tzinfo=UTC)
    graph.organisation.calendars.arrange("ines", ["tor"], at=at, minutes=1440, is_all_day=True, sensitivity="private")
    [row] = rows_of(graph)
    assert row["start"]["dateTime"] == "2026-03-29T00:00:00.0000000"
    assert row["end"]["dateTime"] == "2026-03-30T00:00:00.0000000"
    assert (row["isAllDay"], row["sensitivity"]) == (True, "private")


def test_a_new_series_keeps_its_hour_and_an_answer_makes_an_exception():
    graph = graph_of()
    calendars = graph.organisation.calendars
    series = calendars.arrange_series("ines", ["tor"], at=datetime(2026, 3, 25, 8, tzinfo=UTC), count=3)
    calendars.respond(f"{series.id}-2", "tor", "tentativelyAccepted")
    rows = rows_of(graph)
    assert sorted(row["type"] for row in rows) == ["exception", "occurrence", "occurrence", "seriesMaster"]
    assert sorted(row["start"]["dateTime"][:16] for row in rows if row["type"] != "seriesMaster") == [
        "2026-03-25T08:00", "2026-04-01T07:00", "2026-04-08T07:00",
    ]  # fmt: skip


def test_cancelling_a_series_leaves_it_marked_with_the_others():
    graph = graph_of(*paris_week())
    graph.organisation.calendars.cancel("s1")
    assert rows_of(graph) == []
    his = rows_of(graph, DELTA.replace("ines", "omar"))
    assert len(his) == 6
    assert all(row["isCancelled"] for row in his)


def test_who_is_no_longer_invited_loses_the_meeting():
    graph = graph_of(meeting("e1", "ines", "tor", "omar"))
    reader = DeltaReader(graph.json, ORIGIN + DELTA.replace("ines", "omar"))
    reader.read()
    graph.organisation.calendars.reinvite("e1", ["tor", "zoe"])
    reader.read()
    assert reader.rows == {}
    assert len(rows_of(graph, DELTA.replace("ines", "zoe"))) == 1


def test_immutable_ids_differ_from_the_others_and_find_the_event_too():
    graph = graph_of(meeting("e1", "ines", "tor"))
    [plain], [fixed] = rows_of(graph), rows_of(graph, prefer='IdType="ImmutableId"')
    assert plain["id"] != fixed["id"]
    for row in (plain, fixed):
        assert graph.json(f"{INES}/events/{quote(row['id'])}")["subject"] == "Offre 118"


def test_a_plain_view_selects_filters_orders_and_pages():
    graph = graph_of(*paris_week(), meeting("e1", "tor", "ines"))
    url = f"{INES}/calendarView?{VIEW}&$select=start,type&$top=4&$filter=start/dateTime ge '2026-03-20T00:00:00'"
    first = graph.json(url)
    rows = first["value"] + graph.json(str(first["@odata.nextLink"]))["value"]
    assert len(rows) == 5
    assert set(rows[0]) == {"@odata.etag", "id", "start", "type"}
    assert [row["start"]["dateTime"] for row in rows] == sorted(row["start"]["dateTime"] for row in rows)
    last = graph.json(f"{INES}/calendarView?{VIEW}&$orderby=start/dateTime desc&$top=1")["value"]
    assert last[0]["isOrganizer"] is False


def test_calendars_are_listed_and_a_view_of_one_is_the_same():
    graph = graph_of(meeting("e1", "ines", "tor"))
    default, other = graph.json(f"{INES}/calendars")["value"]
    assert (default["isDefaultCalendar"], other["isDefaultCalendar"]) == (True, False)
    base = f"{INES}/calendars/{quote(default['id'])}/calendarView/delta?{VIEW}"
    reader = DeltaReader(graph.json, ORIGIN + base)
    reader.read()
    assert len(reader.rows) == 1
    assert f"/calendars/{default['id']}/" in reader.link
    assert rows_of(graph, f"{INES}/calendars/{quote(other['id'])}/calendarView/delta?{VIEW}") == []
    assert graph.json(f"{INES}/calendar")["id"] == default["id"]
    assert graph.answer(f"{INES}/calendars/nothing/calendarView?{VIEW}").status == 404


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        (f"{INES}/calendarView/delta", 400, "ErrorInvalidParameter"),
        (f"{DELTA}&$select=start", 400, "ErrorInvalidUrlQuery"),
        (f"{INES}/calendarView", 400, "ErrorInvalidParameter"),
        (f"{INES}/calendarView?startDateTime=x&endDateTime=y", 400, "ErrorInvalidParameter"),
        (f"{INES}/calendarView?{VIEW}&$filter=subject eq 'x'", 400, "ErrorInvalidUrlQueryFilter"),
        (f"{INES}/calendarView?{VIEW}&$select=shoeSize", 400, "BadRequest"),
        (f"{INES}/calendarView?{VIEW}&$deltatoken=x", 400, "BadRequest"),
        (f"{INES}/events/delta", 400, "BadRequest"),
        (f"{INES}/events/AAMkNothing", 404, "ErrorItemNotFound"),
        ("/users/tor@nordlys.example/calendarView/delta?x=y", 404, "ErrorInvalidUser"),
    ],
)
def test_what_the_service_refuses_is_refused(url: str, status: int, code: str):
    answer = graph_of(meeting("e1", "ines", "tor")).answer(url)
    assert answer.body is not None
    assert (answer.status, answer.body["error"]["code"]) == (status, code)


def test_the_instances_of_a_single_meeting_are_refused():
    graph = graph_of(meeting("e1", "ines", "tor"))
    [row] = rows_of(graph)
    assert graph.answer(f"{INES}/events/{quote(row['id'])}/instances?{VIEW}").status == 400


def test_basic_rights_read_views_but_no_delta_and_no_content():
    graph = graph_of(meeting("e1", "ines", "tor"), roles=("Calendars.ReadBasic.All",))
    assert graph.answer(DELTA).status == 403
    [row] = graph.json(f"{INES}/calendarView?{VIEW}")["value"]
    assert not {"body", "bodyPreview"} & set(row)


def test_expired_tokens_and_closed_mailboxes_close_the_calendar_too():
    graph = graph_of(meeting("e1", "ines", "tor"))
    link = str(graph.json(DELTA)["@odata.deltaLink"])
    graph.organisation.expire_tokens("ines")
    assert graph.answer(link).status == 410
    graph.organisation.set_mailbox("ines", MailboxState.UNAVAILABLE)
    assert graph.answer(DELTA).status == 404


@pytest.mark.parametrize("name", ["Romance Standard Time", "tzone://Microsoft/Custom", ""])
def test_times_may_come_in_a_zone_nobody_asked_for(name: str):
    graph = graph_of(meeting("e1", "ines", "tor", at=datetime(2026, 6, 1, 7, tzinfo=UTC)))
    graph.plan.add(Fault(FaultKind.ODD_ZONE, path="calendarView", code=name))
    [row] = rows_of(graph)
    hour = "09" if name.startswith("Romance") else "07"
    assert row["start"] == {"dateTime": f"2026-06-01T{hour}:00:00.0000000", "timeZone": name}
