"""The section of a record's page with its signals, and with the sources that cannot be trusted for it today."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import rules
from relationship.store.signals import signal_lists
from relationship.store.signals import signals as store
from web.identity.members import member
from web.recommendations import recommendation_slot
from web.signals import signal_lines, signal_words
from web.signals.signal_lines import SignalLine

MOST = 10


@dataclass(frozen=True, slots=True)
class SignalsSection:
    """states: sources that are missing or broken; recommended: by signal, what `recommendation_slot` knows; ended: the
    latest that are over."""

    lines: list[SignalLine]
    states: list[tuple[str, str]]
    recommended: dict[int, Any]
    events_address: str = ""
    all_address: str = ""
    words: Any = signal_words
    ended: tuple[SignalLine, ...] = ()


def of_account(conn: Connection, record_id: int, guid: str) -> dict[str, Any]:
    """What the template of the section needs, for an account the reader has opened."""
    rows = store.of_account(conn, record_id, limit=MOST)
    states = {source: state for (_account, source), state in _states(conn, record_id).items()}
    section = SignalsSection(
        _lines(conn, [row.id for row in rows]),
        sorted(states.items()),
        {},
        url_for("customer_events.page", guid=guid),
        url_for("signals.signal_list", account=guid) if rows else "",
        ended=tuple(_lines(conn, [row.id for row in store.of_account(conn, record_id, limit=MOST, ended=True)])),
    )
    return _with_recommendations(section)


def of_opportunity(conn: Connection, record_id: int) -> dict[str, Any]:
    """The same for an opportunity."""
    rows = store.of_record(conn, record_id, limit=MOST)
    over = store.of_record(conn, record_id, limit=MOST, ended=True)
    section = SignalsSection(
        _lines(conn, [row.id for row in rows]), [], {}, ended=tuple(_lines(conn, [row.id for row in over]))
    )
    return _with_recommendations(section)


def of(conn: Connection, kind: RecordKind, record_id: int, guid: str) -> dict[str, Any]:
    """The section where the kind of record has one; {} for the others."""
    if kind is RecordKind.ACCOUNT:
        return of_account(conn, record_id, guid)
    return of_opportunity(conn, record_id) if kind is RecordKind.OPPORTUNITY else {}


def _lines(conn: Connection, numbers: list[int]) -> list[SignalLine]:
    _version, present = rules.current(conn)
    return signal_lines.lines(
        conn, signal_lists.about(conn, numbers, scope=member().scope), present.signals.thresholds()
    )


def _states(conn: Connection, record_id: int) -> dict[tuple[int, str], str]:
    return store.source_states(conn, account_ids=[record_id])


def _with_recommendations(section: SignalsSection) -> dict[str, Any]:
    section.recommended.update(recommendation_slot.for_signals(section.lines))
    return {"signals": section}
