"""Call records of the simulated organisation, as the contract describes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simulated import NOW, DirectGraph, call, meeting, world

from simulator import identity
from simulator.organisation import Organisation
from simulator.world import Source, WorldStatus

RECORDS = "/communications/callRecords"
EXPANDED = "?$expand=sessions($expand=segments),participants_v2"
ROLES = ("CallRecords.Read.All", "CallRecord-PstnCalls.Read.All", "Calendars.Read")
DAY = datetime(2026, 6, 10, 9, tzinfo=UTC)


def graph_of(*activities: Any, roles: tuple[str, ...] = ROLES) -> DirectGraph:
    return DirectGraph(Organisation(world(*activities)), roles=roles)


def by_network(network: str) -> str:
    """An activity id whose call goes that way by rule."""
    organisation = Organisation(world(*(call(f"c{n}", "ines", "tor", at=DAY) for n in range(40))))
    return next(record.activity_id for record in organisation.calls.truth() if record.network.value == network)


def all_records(graph: DirectGraph, filters: str = "") -> list[dict[str, Any]]:
    url, rows = f"{RECORDS}?$filter={filters}" if filters else RECORDS, []
    while url:
        page = graph.json(url)
        rows += page["value"]
        url = str(page.get("@odata.nextLink", ""))
    return rows


def people_on(graph: DirectGraph, activity_id: str) -> list[dict[str, Any]]:
    record = graph.json(f"{RECORDS}/{identity.call_record(activity_id)}{EXPANDED}")
    return [participant["identity"] for participant in record["participants_v2"]]


def test_a_call_of_the_world_is_a_record_with_its_length():
    graph = graph_of(call("c1", "ines", "tor", at=DAY, minutes=17))
    [row] = all_records(graph)
    assert row["id"] == identity.call_record("c1")
    assert (row["startDateTime"], row["endDateTime"]) == ("2026-06-10T09:00:00Z", "2026-06-10T09:17:00Z")
    assert (row["type"], row["version"], row["joinWebUrl"]) == ("peerToPeer", 1, None)
    assert "sessions" not in row
    assert "participants_v2" not in row


def test_an_outsider_on_the_telephone_is_known_by_number():
    name = by_network("pstn")
    ours, theirs = people_on(graph_of(call(name, "ines", "tor", at=DAY)), name)
    assert ours["user"]["userPrincipalName"] == "ines@fjord.example"
    assert theirs["phone"]["id"] == identity.phone("tor")


def test_an_outsider_on_teams_is_a_user_of_another_tenant_without_address():
    name = by_network("teams")
    _, theirs = people_on(graph_of(call(name, "ines", "tor", at=DAY)), name)
    assert theirs["user"]["tenantId"] == identity.foreign_tenant("tor@nordlys.example")
    assert theirs["user"]["displayName"] == "Tor"
    assert theirs["user"]["userPrincipalName"] is None


def test_a_missed_call_lasts_no_time_and_says_why():
    graph = graph_of(call("c1", "tor", "ines", at=DAY, minutes=0, status=WorldStatus.DECLINED))
    record = graph.json(f"{RECORDS}/{identity.call_record('c1')}{EXPANDED}")
    assert record["startDateTime"] == record["endDateTime"]
    assert record["sessions"][0]["failureInfo"]["stage"] == "callSetup"
    assert record["sessions"][0]["segments"][0]["failureInfo"]["stage"] == "callSetup"


def test_calls_of_the_crm_and_planned_ones_have_no_record():
    planned = call("c2", "ines", "tor", at=NOW + timedelta(days=1), status=WorldStatus.PLANNED)
    assert all_records(graph_of(call("c1", "ines", "tor", source=Source.DATAVERSE), planned)) == []


def test_a_held_online_meeting_is_a_group_call_that_one_joins_at_its_address():
    graph = graph_of(meeting("e2", "ines", "tor", cc=("omar",), at=DAY))
    [row] = all_records(graph)
    event = graph.json("/users/ines@fjord.example/events")["value"][0]
    assert row["type"] == "groupCall"
    assert row["joinWebUrl"] == event["onlineMeeting"]["joinUrl"]
    assert len(people_on(graph, "e2")) == 3


@pytest.mark.parametrize("status", [WorldStatus.CANCELLED, WorldStatus.DECLINED])
def test_a_meeting_that_was_not_held_has_no_call(status: WorldStatus):
    assert all_records(graph_of(meeting("e2", "ines", "tor", at=DAY, status=status))) == []


def test_sixty_records_make_a_page_and_the_next_goes_on_whatever_appears_meanwhile():
    graph = graph_of(*(call(f"c{n}", "ines", "tor", at=DAY + timedelta(minutes=n // 2)) for n in range(130)))
    first = graph.json(f"{RECORDS}?$filter=startDateTime ge 2026-06-01T00:00:00Z")
    assert len(first["value"]) == 60
    graph.organisation.calls.record_call("ines", ["tor"], at=DAY - timedelta(hours=1))
    second = graph.json(str(first["@odata.nextLink"]))
    third = graph.json(str(second["@odata.nextLink"]))
    ids = [row["id"] for page in (first, second, third) for row in page["value"]]
    assert len(ids) == len(set(ids)) == 130


@pytest.mark.parametrize(("operator", "count"), [("ge", 2), ("gt", 1), ("le", 2), ("lt", 1)])
def test_records_are_filtered_by_their_start(operator: str, count: int):
    graph = graph_of(*(call(f"c{n}", "ines", "tor", at=DAY + timedelta(hours=n)) for n in range(3)))
    assert len(all_records(graph, f"startDateTime {operator} 2026-06-10T10:00:00Z")) == count


def test_records_are_filtered_by_participant():
    graph = graph_of(call("c1", "ines", "tor", at=DAY), call("c2", "omar", "tor", at=DAY))
    ines = graph.organisation.user("ines").id
    rows = all_records(graph, f"participants_v2/any(p:p/id eq '{ines}')")
    assert [row["id"] for row in rows] == [identity.call_record("c1")]


def test_a_record_may_come_late_and_again_in_a_newer_version():
    graph = graph_of(call("c1", "ines", "tor", at=DAY), call("c2", "ines", "tor", at=DAY + timedelta(hours=1)))
    graph.organisation.calls.hold_back(last=1)
    assert [row["id"] for row in all_records(graph)] == [identity.call_record("c1")]
    graph.organisation.calls.release()
    graph.organisation.calls.revise("c2", minutes=45)
    late = all_records(graph)[1]
    assert (late["version"], late["endDateTime"]) == (2, "2026-06-10T10:45:00Z")
    assert late["lastModifiedDateTime"] > late["endDateTime"]


def test_who_is_anonymous_has_a_name_that_says_nothing():
    graph = graph_of()
    record = graph.organisation.calls.record_call("ines", ["tor"], at=DAY, anonymous=1)
    guest = people_on(graph, record.activity_id)[-1]
    assert guest["guest"]["displayName"] == "Invité"


@pytest.mark.parametrize(
    ("network", "path", "key"),
    [("pstn", "getPstnCalls", "callId"), ("direct", "getDirectRoutingCalls", "correlationId")],
)
def test_calls_over_the_telephone_network_stand_in_its_log(network: str, path: str, key: str):
    name = by_network(network)
    graph = graph_of(call(name, "ines", "tor", at=DAY, minutes=2))
    [row] = graph.json(f"{RECORDS}/{path}(fromDateTime=2026-06-01,toDateTime=2026-06-10)")["value"]
    assert row[key] == identity.call_record(name)
    assert (row["calleeNumber"], row["callerNumber"]) == (identity.phone("tor"), identity.phone("ines"))
    assert row["duration"] == 120
    outside = graph.json(f"{RECORDS}/microsoft.graph.callRecords.{path}(fromDateTime=2026-05-01,toDateTime=2026-05-31)")
    assert outside["value"] == []


def test_the_participants_of_a_large_call_continue_on_further_pages():
    graph = graph_of()
    crowd = [f"guest{n}@elsewhere.example" for n in range(140)]
    record = graph.organisation.calls.record_call("ines", crowd, at=DAY, network="teams")
    row = graph.json(f"{RECORDS}/{record.id}{EXPANDED}")
    rest = graph.json(str(row["participants_v2@odata.nextLink"]))
    assert len(row["participants_v2"]) + len(rest["value"]) == 141
    more = graph.json(str(row["sessions@odata.nextLink"]))
    assert len(row["sessions"]) + len(more["value"]) == 141


def test_old_records_may_be_forgotten():
    graph = graph_of(call("old", "ines", "tor", at=NOW - timedelta(days=40)), call("c1", "ines", "tor"))
    graph.organisation.calls.kept_days = 30
    assert [row["id"] for row in all_records(graph)] == [identity.call_record("c1")]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{RECORDS}?$expand=sessions", 400),
        (f"{RECORDS}?$filter=version eq 1", 400),
        (f"{RECORDS}?$filter=startDateTime ge yesterday", 400),
        (f"{RECORDS}/{identity.call_record('nothing')}", 404),
        (f"{RECORDS}/getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-06-30)", 400),
        (f"{RECORDS}/getOtherCalls(fromDateTime=2026-01-01,toDateTime=2026-01-02)", 400),
    ],
)
def test_what_the_service_refuses_is_refused(url: str, status: int):
    assert graph_of().answer(url).status == status


def test_calls_need_their_own_right():
    graph = graph_of(roles=("Calendars.Read",))
    assert graph.answer(RECORDS).status == 403
    assert graph.answer(f"{RECORDS}/getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-01-02)").status == 403


def test_no_two_people_of_a_world_share_a_number():
    assert len({identity.phone(f"p{n:05}") for n in range(60_000)}) == 60_000
    assert identity.phone("tor") == identity.phone("tor")
