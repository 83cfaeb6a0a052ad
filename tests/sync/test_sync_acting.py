"""Tasks in the CRM and meetings in calendars of the simulated organisation, over TLS."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msal
import pytest
from cryptography.fernet import Fernet
from sync_world import NOW, config_for, world

from relationship.activities import RecordKind, RecordRef
from relationship.clock import real_clock
from relationship.errors import BadItem, Reconnect, RelationshipError
from relationship.store.database import Store
from relationship.store.outbox.outbox import CrmTask, task_guid
from relationship.store.sources.tokens import TokenVault
from relationship.sync.outward import crm_tasks, planning
from relationship.sync.outward.planning import Meeting, Slot
from relationship.sync.wire import delegated
from relationship.sync.wire.connection import connect
from relationship.sync.wire.delegated import CALENDAR, MAIL, Consents
from relationship.sync.wire.sessions import open_session
from relationship.sync.wire.transport import Channel
from simulator import identity
from simulator.dataverse.schema import Ref
from simulator.entra import Grant
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 6, 22, tzinfo=PARIS)


@pytest.fixture(scope="module")
def microsoft() -> Iterator[Running]:
    with start(world()) as running:
        yield running


@pytest.fixture
def crm(microsoft: Running) -> Iterator[Channel]:
    with closing(connect(config_for(microsoft))) as connected:
        assert connected.dataverse is not None
        yield connected.dataverse
    microsoft.services.faults.clear()


def deal() -> RecordRef:
    return RecordRef(RecordKind.OPPORTUNITY, identity.opportunity("o1"))


def task(**changes: Any) -> CrmTask:
    usual: dict[str, Any] = {
        "subject": "Reprendre contact",
        "description": "Le score baisse.",
        "due_on": date(2026, 6, 20),
        "regarding": deal(),
        "owner_guid": identity.system_user("omar"),
        "priority": "high",
    }
    return CrmTask(**{**usual, **changes})


def test_a_task_stands_in_the_crm_with_its_record_owner_and_due_day(microsoft: Running, crm: Channel) -> None:
    guid = task_guid("a")
    crm_tasks.create(crm, task(), guid=guid)
    row = microsoft.services.crm.row("task", guid)
    assert (row["subject"], row["description"], row["prioritycode"]) == ("Reprendre contact", "Le score baisse.", 2)
    assert row["_regardingobjectid_value"] == Ref("opportunity", deal().guid)
    assert row["_ownerid_value"] == Ref("systemuser", identity.system_user("omar"))
    assert str(row["scheduledend"]).startswith("2026-06-20")
    assert (row["statecode"], row["statuscode"]) == (0, 2)


def test_a_task_whose_answer_was_lost_is_created_once(microsoft: Running, crm: Channel) -> None:
    before = microsoft.services.crm.count("task")
    microsoft.services.faults.add(Fault(FaultKind.LOST, path="/tasks$"))
    for _ in range(2):
        crm_tasks.create(crm, task(), guid=task_guid("lost"))
    assert microsoft.services.crm.count("task") == before + 1


def test_a_task_of_a_person_belongs_to_that_person(microsoft: Running, crm: Channel) -> None:
    guid = task_guid("mine")
    crm_tasks.create(crm, task(owner_guid=""), guid=guid, as_user=microsoft.organisation.user("ines").id)
    assert microsoft.services.crm.row("task", guid)["_ownerid_value"] == Ref("systemuser", identity.system_user("ines"))


def test_a_task_about_a_record_that_is_gone_is_given_up(crm: Channel) -> None:
    gone = RecordRef(RecordKind.ACCOUNT, "0c6f5f1e-0000-4000-8000-00000000dead")
    with pytest.raises(BadItem) as refused:
        crm_tasks.create(crm, task(regarding=gone), guid=task_guid("gone"))
    assert refused.value.code == "task_record_gone"


def test_nobody_who_is_unknown_to_the_crm_acts_in_it(crm: Channel) -> None:
    with pytest.raises(RelationshipError):
        crm_tasks.create(crm, task(), guid=task_guid("x"), as_user="0c6f5f1e-0000-4000-8000-00000000dead")


# Meetings


class Diary:
    """Ines' right to use her calendar, and what she does with it."""

    def __init__(self, running: Running, store: Store) -> None:
        self.running, self.config = running, config_for(running)
        vault = TokenVault([Fernet.generate_key().decode()])
        self.calendar = Consents(self.config, store, vault, right=CALENDAR)
        self.mail = Consents(self.config, store, vault, right=MAIL)
        self.key = running.organisation.user("ines").id

    def consent(self) -> None:
        cache = msal.SerializableTokenCache()
        user = self.running.organisation.user("ines")
        with open_session(self.config.ca_file) as session:
            app = delegated.application(self.config, cache, session)
            wanted = [delegated.scope(self.config, CALENDAR)]
            flow = app.initiate_auth_code_flow(wanted, redirect_uri="http://localhost/auth/callback")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(flow["auth_uri"]).query).items()}
            grant = Grant(user, (), asked["scope"], asked["redirect_uri"], asked["nonce"], asked["code_challenge"])
            code = self.running.services.entra.grant_code(grant)
            assert "access_token" in app.acquire_token_by_auth_code_flow(flow, {"code": code, "state": asked["state"]})
        self.calendar.keep(self.key, cache.serialize(), at=real_clock())

    def free(self, *people: str) -> list[Slot]:
        return planning.free_times(
            self.config, self.calendar.tokens_of(self.key), ["ines@fjord.example", *people],
            first=MONDAY.date(), last=MONDAY.date() + timedelta(days=4), minutes=60, now=NOW,
        )  # fmt: skip

    def plan(self, **changes: Any) -> planning.Planned:
        usual: dict[str, Any] = {
            "key": "6a1f0c52-7d1e-4b7e-9a55-0c6d2f1b8e11",
            "subject": "Revue trimestrielle\r\nBcc: x",
            "body_html": "<p>Ordre du jour</p>",
            "start": MONDAY.replace(hour=10),
            "minutes": 60,
            "attendees": (("omar@fjord.example", "Omar"), ("tor@nordlys.example", "Tor")),
        }
        return planning.create_event(self.config, self.calendar.tokens_of(self.key), Meeting(**{**usual, **changes}))


@pytest.fixture
def diary(microsoft: Running, store: Store) -> Iterator[Diary]:
    microsoft.organisation.handed.clear()
    microsoft.organisation.calendars.made.clear()
    yield Diary(microsoft, store)
    microsoft.services.faults.clear()


def test_times_are_proposed_when_everybody_is_free_and_taken_ones_are_not(diary: Diary) -> None:
    diary.consent()
    before = diary.free("omar@fjord.example")
    assert {slot.start.weekday() for slot in before} <= set(range(5))
    assert all(slot.start.astimezone(PARIS).hour >= 9 and slot.end.astimezone(PARIS).hour <= 18 for slot in before)
    taken = before[0]
    diary.running.organisation.calendars.arrange("omar", ["lina"], at=taken.start.astimezone(UTC), minutes=60)
    after = diary.free("omar@fjord.example")
    assert all(slot.end <= taken.start or slot.start >= taken.end for slot in after)


def test_whose_calendar_cannot_be_seen_is_counted(diary: Diary) -> None:
    diary.consent()
    assert {slot.unknown for slot in diary.free("tor@nordlys.example")} == {1}


def test_a_planned_meeting_lies_in_the_calendars_once_however_often_it_is_asked_for(diary: Diary) -> None:
    diary.consent()
    calendars = diary.running.organisation.calendars
    before = len(calendars.truth())
    diary.running.services.faults.add(Fault(FaultKind.LOST, path="me/events"))
    with pytest.raises(RelationshipError) as silent:
        diary.plan()
    assert silent.value.code == "calendar_silent"
    first, second = diary.plan(), diary.plan()
    assert first == second
    assert first.link.startswith("https://")
    assert len(calendars.truth()) == before + 1
    (handed,) = diary.running.organisation.handed
    assert (handed.to, handed.text) == (("omar@fjord.example", "tor@nordlys.example"), "<p>Ordre du jour</p>")
    assert handed.subject == "Revue trimestrielle Bcc: x"


def test_without_the_right_to_the_calendar_nothing_is_asked_and_the_right_to_send_is_another(diary: Diary) -> None:
    with pytest.raises(Reconnect) as refused:
        diary.free()
    assert refused.value.code == "calendar_consent_missing"
    diary.consent()
    assert not diary.mail.has(diary.key)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("0" * 48, ["09:00", "17:00"]),
        ("2" * 48, []),
        ("0" * 18 + "2" + "0" * 29, ["09:30", "17:00"]),  # begins at midnight in Paris: 18 is nine o'clock
        ("", ["09:00", "17:00"]),
        ("2" * 20 + "0" * 2 + "2" * 26, ["10:00"]),
        ("2" * 24 + "0" * 4 + "2" * 20, []),  # from noon to two nobody is asked to come
    ],
)
def test_a_day_of_proposals_by_hand(view: str, expected: list[str]) -> None:
    found = planning.proposed(
        [view], begin=MONDAY.astimezone(UTC), days=1, minutes=60, zone=PARIS, now=NOW, most=8
    )  # fmt: skip
    assert [f"{slot.start:%H:%M}" for slot in found] == expected
