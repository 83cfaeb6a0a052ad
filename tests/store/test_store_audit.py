"""The audit log: whatever is done to it behind its back is found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from relationship.errors import FixSettings
from relationship.store.database import Store
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action, AuditKeys

NOW = datetime(2026, 6, 17, 9, 0, tzinfo=UTC)
KEYS = AuditKeys(["a secret of the configuration"])


def act(number: int) -> Act:
    return Act(NOW, f"person-{number}", Action.LOOK, f"contact:{number}")


@pytest.fixture
def chained(store: Store) -> Store:
    with store.transaction() as conn:
        audit.add(conn, KEYS, [act(number) for number in range(1, 4)])
    with store.transaction() as conn:
        audit.add(conn, KEYS, [act(4), act(5)])
    return store


def verdict(store: Store, keys: AuditKeys = KEYS, at_least: tuple[int, str] | None = None) -> audit.Verdict:
    with store.reading() as conn:
        return audit.verify(conn, keys, at_least=at_least)


def test_a_chain_nobody_touched_holds(chained: Store):
    found = verdict(chained)
    assert (found.number, found.broken_at, found.reason) == (5, None, "")


def test_the_newest_entries_are_shown_first(chained: Store):
    with chained.reading() as conn:
        newest = audit.entries(conn, limit=2)
        older = audit.entries(conn, limit=2, before=newest[-1][0])
    assert newest == [(5, act(5)), (4, act(4))]
    assert [number for number, _ in older] == [3, 2]


@pytest.mark.parametrize(
    ("meddling", "broken_at", "reason"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE number = 2", 2, "changed"),
        ("UPDATE audit_entry SET action = 'export' WHERE number = 2", 2, "changed"),
        ("UPDATE audit_entry SET action = 'nothing known' WHERE number = 3", 3, "changed"),
        ("UPDATE audit_entry SET result = 'refused' WHERE number = 5", 5, "changed"),
        ("UPDATE audit_entry SET key_id = '0123456789abcdef' WHERE number = 4", 4, "unknown_key"),
        ("DELETE FROM audit_entry WHERE number = 3", 3, "missing"),
        ("DELETE FROM audit_entry WHERE number = 1", 1, "missing"),
        ("DELETE FROM audit_entry WHERE number > 3", 4, "cut_off"),
        ("DELETE FROM audit_entry", 1, "cut_off"),
        ("UPDATE audit_end SET number = 4", 6, "cut_off"),
    ],
)
def test_whatever_is_done_behind_its_back_is_found(chained: Store, meddling: str, broken_at: int, reason: str):
    with chained.transaction() as conn:
        conn.exec_driver_sql(meddling)
    found = verdict(chained)
    assert (found.broken_at, found.reason) == (broken_at, reason)


def test_an_end_made_to_fit_a_shorter_log_is_found_with_what_an_earlier_verification_printed(chained: Store):
    before = verdict(chained)
    with chained.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM audit_entry WHERE number > 3")
        conn.exec_driver_sql("UPDATE audit_end SET number = 3, mac = (SELECT mac FROM audit_entry WHERE number = 3)")
    assert verdict(chained).reason == ""
    assert verdict(chained, at_least=(before.number, before.mac)).reason == "rewound"


def test_another_history_of_the_same_length_is_found(chained: Store):
    before = verdict(chained)
    with chained.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM audit_entry")
        conn.exec_driver_sql("DELETE FROM audit_end")
        audit.add(conn, KEYS, [act(number) for number in range(10, 17)])
    assert verdict(chained).reason == ""
    assert verdict(chained, at_least=(before.number, before.mac)).reason == "rewound"


def test_after_a_new_key_old_entries_still_hold(chained: Store):
    both = AuditKeys(["a newer secret", "a secret of the configuration"])
    with chained.transaction() as conn:
        audit.add(conn, both, [act(6)])
    assert verdict(chained, both).number == 6
    assert verdict(chained, AuditKeys(["a newer secret"])).reason == "unknown_key"


def write_and_fail(store: Store) -> None:
    with store.transaction() as conn:
        audit.add(conn, KEYS, [act(6)])
        1 / 0  # noqa: B018  # it fails on purpose


def test_an_act_that_is_taken_back_leaves_no_entry_and_no_gap(chained: Store):
    with pytest.raises(ZeroDivisionError):
        write_and_fail(chained)
    with chained.transaction() as conn:
        audit.add(conn, KEYS, [act(7)])
    assert verdict(chained) == audit.Verdict(6, verdict(chained).mac)


def test_many_at_once_make_one_chain(store: Store):
    def write(number: int) -> None:
        with store.transaction() as conn:
            audit.add(conn, KEYS, [act(number)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with store.reading() as conn:
        actors = set(conn.scalars(sa.text("SELECT actor FROM audit_entry")))
    assert (verdict(store).number, verdict(store).reason, len(actors)) == (40, "", 40)


def test_without_a_key_there_is_no_log():
    with pytest.raises(FixSettings):
        AuditKeys(["", " "])
