"""Tell webhooks of signals that begin or end, in the transaction that keeps them. Nothing is sent here."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.desk import enqueue
from relationship.house import House
from relationship.signals.catalogue import DETECTORS
from relationship.signals.detect import Round, Standing
from relationship.store import rules
from relationship.store.signals import callings, signals
from relationship.store.signals.callings import Calling

OPENED, ENDED = "signal.opened", "signal.ended"
Name = tuple[str, int, str]


def tell(conn: Connection, house: House, before: Collection[Standing], found: Round) -> int:
    """Enqueue a call for each; returns how many. before: what was open among the accounts that were looked at."""
    wanted = {event for one in rules.current(conn)[1].actions.endpoints if one.enabled for event in one.events}
    if not wanted & {OPENED, ENDED}:
        return 0
    known = {(one.detector, one.subject_id, one.key) for one in before}
    opened = [name for one in found.found if (name := (one.detector, one.subject_id, one.key)) not in known]
    ended = [(one.detector, one.subject_id, one.key) for one in (*found.ended, *found.off)]
    return sum(
        _tell(conn, house, event, names) for event, names in ((OPENED, opened), (ENDED, ended)) if event in wanted
    )


def _tell(conn: Connection, house: House, event: str, names: Iterable[Name]) -> int:
    # A signal may begin and end several times on one day; of one detection nothing is told twice.
    at = house.clock()
    told = callings.of_signals(conn, signals.ids_of(conn, names))
    return sum(
        enqueue.event(
            conn,
            house,
            key=f"{event}/{one.cause.number}/{at.isoformat()}",
            event=event,
            data=_data(one),
            about=one.subject,
            at=at,
        )
        for one in told
    )


def _data(one: Calling) -> dict[str, object]:
    return {
        "signal": {
            "id": one.cause.number,
            "detector": one.trigger,
            "family": DETECTORS[one.trigger].family.value,
            "strength": round(one.measure, 3),
            "since": day_of(one.since).isoformat(),
        },
        "record": {"kind": one.subject.kind.value, "id": one.subject.guid, "name": one.name},
        "account": {"id": one.account_guid, "name": one.account_name} if one.account_guid else None,
        "value": one.value,
        "currency": one.currency,
        "owner": one.owner_guid or None,
    }
