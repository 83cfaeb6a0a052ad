"""Fault plans: every fault has a home, strikes at its place, and leaves a reader able to end with the truth."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulated import NOW, ORIGIN, DeltaReader, DirectGraph, call, mail, meeting, task, world

from relationship.errors import FixSettings
from simulator import faults, registration
from simulator.app import Services
from simulator.fault_plans.binding import FAULTS
from simulator.fault_plans.orders import OUTSIDE, Order
from simulator.fault_plans.seeding import SEEDED
from simulator.faults import FaultPlan
from simulator.msgraph.event_rows import event_id
from simulator.msgraph.message_rows import item_id
from simulator.organisation import Organisation
from simulator.people import UnknownNameError
from simulator.registration import READ_ROLES, register
from simulator.world import Source, WorldStatus

ALL = [f"F{number:02}" for number in range(1, 60)]
FOLDERS = ("inbox", "sentitems", "archive")
PEOPLE = ("ines", "omar", "zoe")
WINDOW = "startDateTime=2024-01-01T00:00:00Z&endDateTime=2027-06-01T00:00:00Z"


def lively() -> Organisation:
    """Mails both ways, a series over the change of time, calls, tasks, a record in the CRM."""
    mails = [mail(f"m{n}", "tor", "ines", cc=("omar", "zoe"), days_ago=30 - n) for n in range(12)]
    mails += [mail(f"r{n}", "ines", "tor", days_ago=20 - n) for n in range(6)]
    start = datetime(2026, 3, 13, 8, tzinfo=UTC)
    series = [
        meeting(f"w{n}", "ines", "tor", "omar", at=start + timedelta(days=7 * n), conversation_id="s1")
        for n in range(6)
    ]
    others = [
        meeting("e1", "omar", "tor", at=NOW - timedelta(days=4)),
        *(call(f"c{n}", "ines", "tor", at=NOW - timedelta(days=5, hours=n)) for n in range(5)),
        call("d1", "ines", "tor", source=Source.DATAVERSE),
        task("t1", "ines", "tor"),
        task("t2", "ines", "tor", source=Source.DATAVERSE, status=WorldStatus.PLANNED, regarding_id="o1"),
    ]
    return Organisation(replace(world(*mails, *series, *others), time_zone="Europe/Paris"))


class Reader:
    """A careful client without a network: asks again what fails, starts afresh when a place has expired."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.graph = DirectGraph(services.organisation, roles=READ_ROLES)
        self.graph.service = services.msgraph
        self.readers: dict[str, DeltaReader] = {}
        self.seen: set[str] = set()

    def cycle(self) -> None:
        for url in self.sources():
            self.read(url)

    def sources(self) -> Iterator[str]:
        for key in PEOPLE:
            base = f"{ORIGIN}/users/{self.services.organisation.user(key).id}"
            for folder in FOLDERS:
                yield f"{base}/mailFolders/{folder}/messages/delta"
            yield f"{base}/calendarView/delta?{WINDOW}"
            yield f"{base}/todo/lists/delta"

    def read(self, url: str) -> None:
        reader = self.readers.setdefault(url, DeltaReader(lambda _: None, url))
        for _ in range(40):
            trial = DeltaReader(self.fetch, url, dict(reader.rows), reader.link)
            self.seen.clear()
            try:
                trial.read(limit=150)
            except LookupError:
                reader.rows, reader.link = {}, ""
            except AssertionError:
                continue
            else:
                reader.rows, reader.link = trial.rows, trial.link
                return
        raise AssertionError(f"{url} cannot be read to its end")

    def fetch(self, link: str) -> dict[str, Any] | None:
        answer = self.graph.answer(link, prefer='odata.maxpagesize=3, IdType="ImmutableId"')
        if 400 <= answer.status < 500 and answer.status not in (401, 403, 429) and "oken" in link:
            raise LookupError
        bad = answer.status != 200 or answer.raw is not None or answer.is_reset or "value" not in (answer.body or {})
        return None if bad else answer.body

    def rows(self, key: str, part: str) -> dict[str, dict[str, Any]]:
        user = self.services.organisation.user(key).id
        return {
            name: row
            for url, reader in self.readers.items()
            if user in url and part in url
            for name, row in reader.rows.items()
        }


def running(*orders: Order, plan: FaultPlan | None = None) -> Services:
    organisation = lively()
    plan = plan or FaultPlan(orders)
    return Services(organisation, register(organisation.client_id), "key", faults=plan)


class Clock:
    """What faults take for the time that passes, moved by hand."""

    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    for module in (faults, registration):
        monkeypatch.setattr(module, "time", found)
    return found


def mails_there(services: Services, key: str) -> set[str]:
    mailbox = services.organisation.mailbox(key)
    folders = [services.organisation.folder(key, name) for name in FOLDERS]
    return {item_id(mailbox, copy.serial, None) for folder in folders for copy in folder.copies.values()}


def events_there(services: Services, key: str) -> set[str]:
    calendar = services.organisation.calendars.of(key)
    begin, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
    return {
        event_id(calendar, name, immutable=True)
        for name, entry in calendar.entries.items()
        if calendar.holds_within(entry.meeting, begin, end)
    }


def ends_with_the_truth(services: Services, *, but_events: bool = False) -> None:
    reader = Reader(services)
    for _ in range(4):
        reader.cycle()
    for key in PEOPLE:
        assert set(reader.rows(key, "/messages/")) == mails_there(services, key)
        told = set(reader.rows(key, "/calendarView/"))
        assert told >= events_there(services, key) if but_events else told == events_there(services, key)


def test_every_fault_has_a_home_but_those_of_the_program_itself():
    assert sorted([*FAULTS, *OUTSIDE]) == ALL


# Left out: what never heals by reading on, and what tells removals that only a second look disproves.
HEALING = sorted(set(ALL) - {*OUTSIDE, "F12", "F17", "F23"})


@pytest.mark.parametrize("name", HEALING)
def test_a_careful_reader_ends_with_the_truth_whatever_the_fault(name: str):
    services = running(Order(name, request=4), Order(name, mailbox=2, request=2, times=1))
    # An occurrence that vanished without a trace stays with a reader of deltas alone.
    ends_with_the_truth(services, but_events=name == "F39")


@pytest.mark.parametrize("seed", range(40))
def test_plans_from_seeds_end_with_the_truth(seed: int):
    plan = FaultPlan.seeded(seed, faults=1 + seed % 3)
    has_vanished = any(order.fault == "F39" for order in plan.orders)
    ends_with_the_truth(running(plan=plan), but_events=has_vanished)


def test_a_seed_gives_one_plan_and_all_seeds_together_every_fault_that_heals():
    assert FaultPlan.seeded(7, faults=3).orders == FaultPlan.seeded(7, faults=3).orders
    assert FaultPlan.seeded(7, faults=3).orders != FaultPlan.seeded(8, faults=3).orders
    drawn = {order.fault for seed in range(300) for order in FaultPlan.seeded(seed, faults=3).orders}
    assert drawn == set(SEEDED) <= set(ALL)


def statuses(services: Services, url: str, count: int, *, prefer: str = "odata.maxpagesize=2") -> list[int]:
    """What following a delta from its start is answered, so many times; a failed page is asked for again."""
    graph = DirectGraph(services.organisation, roles=READ_ROLES)
    graph.service = services.msgraph
    found = []
    for _ in range(count):
        answer = graph.answer(url, prefer=prefer)
        found.append(answer.status)
        if answer.status == 200 and answer.body and answer.raw is None:
            url = str(answer.body.get("@odata.nextLink") or answer.body.get("@odata.deltaLink"))
    return found


INES = "/users/ines@fjord.example/mailFolders/inbox/messages/delta"
OMAR = INES.replace("ines", "omar")


def test_a_fault_strikes_at_the_request_it_names():
    assert statuses(running(Order("F18", request=3, times=2)), INES, 6) == [200, 200, 503, 503, 200, 200]


def test_a_fault_strikes_at_the_page_it_names():
    services = running(Order("F09", page=3))
    assert statuses(services, INES, 4) == [200, 200, 410, 200]


def test_a_fault_strikes_in_the_round_it_names():
    services = running(Order("F18", round=2))
    found = statuses(services, INES, 9)
    assert found.count(503) == 1
    pages_of_the_first_round = (len(services.organisation.folder("ines", "inbox").copies) + 1) // 2
    assert found.index(503) == pages_of_the_first_round


def test_a_fault_strikes_only_the_mailbox_it_names():
    services = running(Order("F18", mailbox="omar@fjord.example"))
    assert statuses(services, INES, 2) == [200, 200]
    assert statuses(services, OMAR, 2) == [503, 200]


def test_json_is_cut_at_the_byte_an_order_names():
    services = running(Order("F20", byte=17))
    graph = DirectGraph(services.organisation, roles=READ_ROLES)
    graph.service = services.msgraph
    assert len(graph.answer(INES).raw or b"") == 17


def test_a_fault_may_last_for_some_time(clock: Clock):
    services = running(Order("F17", seconds=30))
    graph = DirectGraph(services.organisation, roles=READ_ROLES)
    graph.service = services.msgraph
    assert [graph.answer("/users/delta").status for _ in range(20)] == [429] * 20
    clock.now += 31
    assert graph.answer("/users/delta").status == 200


def test_an_act_happens_just_before_the_request_an_order_names():
    services = running(Order("F08", request=3, mailbox="ines"))
    before = len(services.organisation.truth())
    statuses(services, INES, 2)
    assert len(services.organisation.truth()) == before
    statuses(services, INES, 1)
    assert len(services.organisation.truth()) == before - 1


@pytest.mark.parametrize(("name", "options", "more"), [
    ("F13", {}, 1), ("F30", {}, 1), ("F31", {}, 1), ("F32", {"what": "subject"}, 1), ("F33", {"what": "list"}, 1),
    ("F34", {"what": "bcc"}, 1), ("F35", {"what": "alias"}, 1), ("F36", {}, 1), ("F37", {}, 1), ("F38", {}, 0),
    ("F12", {"mails": 30}, 30),
])  # fmt: skip
def test_hard_mail_arrives(name: str, options: dict[str, object], more: int):
    services = running(Order(name, mailbox="ines", options=options))
    before = len(services.organisation.truth())
    statuses(services, INES, 1)
    assert len(services.organisation.truth()) == before + more


def test_a_name_may_hold_what_no_text_may():
    services = running(Order("F30", mailbox="ines"))
    reader = Reader(services)
    reader.cycle()
    names = {row["from"]["emailAddress"]["name"] for row in reader.rows("ines", "/messages/").values()}
    assert any("\u0000" in name and "\ud800" in name for name in names)


@pytest.mark.parametrize(
    ("what", "address"),
    [("plus", "ines+salon@fjord.example"), ("case", "INES@FJORD.EXAMPLE"), ("alias", "i.okafor@fjord.example")],
)
def test_one_person_is_written_to_in_several_ways(what: str, address: str):
    services = running(Order("F35", mailbox="ines", options={"what": what}))
    reader = Reader(services)
    reader.cycle()
    told = {r["emailAddress"]["address"] for row in reader.rows("ines", "/messages/").values()
            for r in row["toRecipients"]}  # fmt: skip
    assert address in told


def test_consent_withdrawn_for_a_moment_returns(clock: Clock):
    services = running(Order("F23", seconds=20))
    statuses(services, INES, 1)
    assert not services.registration.gives_consent
    clock.now += 21
    assert services.registration.gives_consent
    assert statuses(services, INES, 1) == [200]


def test_calls_come_late_and_newer():
    services = running(Order("F57", request=2, options={"hours": 24 * 400}))
    calls = services.organisation.calls
    assert len(calls.between(None, None, now=NOW)) == len(calls.truth()) - 3
    statuses(services, INES, 2)
    assert len(calls.between(None, None, now=NOW)) == len(calls.truth())


def test_a_call_that_comes_late_is_hours_old_and_made_when_there_is_none():
    calls = running(Order("F57", request=2)).organisation.calls
    told = calls.between(None, None, now=NOW)
    late = [record for record in calls.truth() if record not in told]
    assert late
    assert all(NOW - timedelta(hours=24) <= record.at < NOW for record in late)


@pytest.mark.parametrize("what", ["complete", "reopen", "move", "delete"])
def test_activities_of_the_crm_change(what: str):
    services = running(Order("F59", options={"what": what, "table": "task" if what == "complete" else "phonecall"}))
    before = services.crm.version
    statuses(services, INES, 1)
    assert services.crm.version > before


@pytest.mark.parametrize("name", ["F45", "F46", "F48", "F58"])
def test_the_crm_changes_at_the_place_of_the_order(name: str):
    services = running(Order(name, mailbox="ines", options={"what": "owner"}))
    before = (services.crm.version, services.crm.token_is_dead("contact", services.crm.version))
    statuses(services, INES, 1)
    assert (services.crm.version, services.crm.token_is_dead("contact", services.crm.version)) != before


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_plan_is_read_from_a_file_and_written_as_one(tmp_path: Path):
    entries = [
        {"fault": "F20", "request": 7, "byte": 40, "mailbox": "ines@fjord.example"},
        {"fault": "F16", "request": 2, "retry_after": None, "times": 3},
        {"fault": "F09", "request": 1, "page": 7, "path": "messages/delta$"},
    ]
    plan = FaultPlan.from_file(written(tmp_path, {"faults": entries}))
    assert [order.as_json() for order in plan.orders] == entries
    assert FaultPlan.from_file(written(tmp_path, entries)).orders == plan.orders


@pytest.mark.parametrize(
    "content",
    [
        "{", "[1]", {"faults": {}}, [{"fault": "F60"}], [{"fault": "F53"}], [{"fault": "F20", "request": 0}],
        [{"fault": "F20", "byte": -1}], [{"fault": "F20", "path": "("}], [{"fault": "F20", "mailbox": []}],
        [{"fault": "F20", "seconds": "long"}], [{"mailbox": 1}],
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_is_refused_with_the_next_step(tmp_path: Path, content: object):
    with pytest.raises(FixSettings, match=r"plan\.json") as refused:
        FaultPlan.from_file(written(tmp_path, content))
    assert "docs/fault-plans.md" in refused.value.next_step


def test_a_mailbox_nobody_has_and_a_choice_a_fault_does_not_offer_are_refused():
    with pytest.raises(UnknownNameError):
        running(Order("F24", mailbox="nobody@fjord.example"))
    with pytest.raises(ValueError, match="F28"):
        running(Order("F28", options={"what": "poetry"}))
    with pytest.raises(ValueError, match="F51"):
        running(Order("F51", options={"what": "poetry"}))


def test_the_table_of_the_document_tells_every_fault_once():
    text = (Path(__file__).parents[2] / "docs" / "fault-plans.md").read_text(encoding="utf-8")
    told = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| F")]
    assert told == ALL
