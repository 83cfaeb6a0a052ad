"""Take words back that have not left yet: of alerts that were decided, and of a person who is erased."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.desk import alert_files, enqueue, handed_over
from relationship.house import House
from relationship.store.alerts import tellings
from relationship.store.outbox import outbox
from relationship.store.privacy import forgetting_verbatims, words_handed_over
from relationship.store.privacy.one_person import Person
from relationship.store.verbatims.verbatim_tables import VERBATIM


def of_decided(conn: Connection, ids: Collection[int], *, at: datetime) -> None:
    """Nobody is told any more of alerts that are handled or were none; what was done in the CRM stays."""
    tellings.drop_waiting(conn, ids)
    told = [row for row in tellings.of_alerts(conn, ids) if row.state == "told" and row.told_key]
    for key, target in dict.fromkeys((row.told_key, row.target) for row in told):
        if target.startswith(tellings.TOLD_BY_TURN) and key != alert_files.HERE:
            closed = [number for number, state in tellings.told_in(conn, key, target) if state not in tellings.OPEN]
            if handed_over.take_out(conn, key, target, closed, at=at):
                tellings.drop_told(conn, closed, key)


def task_of(conn: Connection, number: int, *, at: datetime) -> None:
    """The task of a false alarm is not to be done, unless it stands for another alert too."""
    for row in tellings.of_alerts(conn, [number]):
        if row.target != tellings.TASK or row.state != "told":
            continue
        if all(state == "false_alarm" for _, state in tellings.told_in(conn, row.told_key, tellings.TASK)):
            dropped = outbox.drop_keys(conn, [row.told_key], at=at, code="alert_closed")
            if dropped:
                tellings.drop_told(conn, [number], row.told_key)
            elif outbox.by_keys(conn, [row.told_key]):
                enqueue.close_task(conn, row.told_key, at=at)


def words_of(house: House, conn: Connection, person: Person) -> int:
    """Before the verbatims of a person go: their words leave nowhere any more, and what has left is forgotten here.

    Returns how many deliveries and files changed or went.
    raises  FixSettings when a file of theirs cannot be removed, which keeps the person from being half erased
    """
    said = list(conn.scalars(sa.select(VERBATIM.c.id).where(forgetting_verbatims.theirs(person))))
    told = tellings.of_alerts(conn, words_handed_over.alerts_of(conn, said))
    return words_handed_over.take_out(conn, said) + alert_files.remove(house, conn, told)
