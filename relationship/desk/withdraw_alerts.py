"""Take words back that have not left yet: of alerts that were decided, and of a person who is erased."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.clock import real_clock
from relationship.desk import alert_acts, enqueue, handed_over
from relationship.errors import FixSettings
from relationship.house import House
from relationship.store.alerts import alert_rules, alerts, tellings
from relationship.store.alerts.alert_tables import ALERT
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox import Kind, OneDelivery
from relationship.store.privacy import forgetting_verbatims
from relationship.store.privacy.one_person import Person
from relationship.store.verbatims.verbatim_tables import VERBATIM


def of_decided(conn: Connection, ids: Collection[int], *, at: datetime) -> None:
    """Nobody is told any more of alerts that are handled or were none; what was done in the CRM stays."""
    tellings.drop_waiting(conn, ids)
    told = [row for row in tellings.of_alerts(conn, ids) if row.state == "told" and row.told_key]
    for key, target in dict.fromkeys((row.told_key, row.target) for row in told):
        if target.startswith(tellings.TOLD_BY_TURN) and target != "folder":
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
    """Before the verbatims of a person go: their words leave nowhere any more, and what has left is forgotten.

    Returns how many deliveries and files went.
    raises  FixSettings when a file of theirs cannot be removed, which keeps the person from being half erased
    """
    query = sa.select(ALERT.c.id).join(VERBATIM, VERBATIM.c.id == ALERT.c.verbatim_id)
    ids = set(conn.scalars(query.where(forgetting_verbatims.theirs(person))))
    rows = tellings.of_alerts(conn, ids)
    gone = outbox.remove_keys(conn, [f"alert-letter/{number}" for number in ids])
    for key, target in dict.fromkeys((row.told_key, row.target) for row in rows if row.told_key):
        if target != "folder":
            gone += _forget(house, conn, key, target, ids)
    return gone + _remove_files(house, {row.alert_id for row in rows if row.target == "folder"})


def _forget(house: House, conn: Connection, key: str, target: str, ids: Collection[int]) -> int:
    """One delivery that held words of theirs: without them, or not at all."""
    handed_over.take_out(conn, key, target, ids, at=real_clock())
    there = outbox.by_keys(conn, handed_over.keys(key))
    left = [number for number, _ in tellings.told_in(conn, key, target) if number not in ids]
    gone = 0
    for one in there.values():
        if not left:
            gone += outbox.remove_keys(conn, [one.key])
        elif one.kind is Kind.WEBHOOK and one.payload:
            outbox.say_otherwise(conn, one.key, {**one.payload, "body": handed_over.without(one.payload["body"], left)})
        elif one.kind is Kind.CRM_TASK:
            _say_for_others(house, conn, one, left)
    return gone


def _say_for_others(house: House, conn: Connection, one: OneDelivery, left: Collection[int]) -> None:
    """A task that stands for several alerts is told in the words of another one."""
    (other, *_) = alerts.of_ids(conn, sorted(left))
    kept = alert_rules.one(conn, other.rule_id)
    if kept is None:
        outbox.remove_keys(conn, [one.key])
        return
    task = alert_acts.task_of(conn, house, kept, other, themes=alert_acts.themes_in_force(conn))
    said = {**one.payload["task"], "subject": task.subject, "description": task.description}
    outbox.say_otherwise(conn, one.key, {**one.payload, "task": said})


def _remove_files(house: House, ids: Collection[int]) -> int:
    folder = house.config.alert_folder
    if folder is None:
        return 0
    paths = [Path(folder) / handed_over.file_name(number) for number in sorted(ids)]
    there = [path for path in paths if path.exists()]
    try:
        for path in there:
            path.unlink()
    except OSError:
        raise FixSettings(
            "A file of an alert that holds words of this person cannot be removed.",
            next_step="Give the service write access to the folder of RELATIONSHIP_ALERT_FOLDER, then erase again.",
            code="alert_file_stays",
        ) from None
    return len(there)
