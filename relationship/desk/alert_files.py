"""A file for each alert, named by its number: in a folder of this machine at once, or by the outbox on an SFTP server.

Whole or not at all, and the same again after a crash. The files of a person who is erased go.
"""

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection

from relationship.clock import real_clock
from relationship.desk import enqueue, handed_over
from relationship.desk.alert_acts import EVENT, address
from relationship.errors import FixSettings
from relationship.house import House
from relationship.letters import alert_letters
from relationship.store.alerts import alerts, tellings
from relationship.store.alerts.alerts import Raised
from relationship.store.outbox import outbox

log = structlog.get_logger()

TARGET = "folder"
# Under which alerts are noted whose files lie in the folder of this machine.
HERE = "folder"
MOST_AT_ONCE = 1_000


def hand_over(house: House, rule_id: int, now: datetime) -> int:
    """Write what waits for a file; returns how many alerts were told."""
    if not house.config.takes_files:
        return 0
    return _by_outbox(house, rule_id, now) if house.config.alert_sftp else _here(house, rule_id, now)


def remove(house: House, conn: Connection, rows: Sequence[Any]) -> int:
    """The files of these tellings (see `AlertTelling`) go: here at once, elsewhere by the outbox. Returns how many.

    raises  FixSettings when one of this machine cannot be removed
    """
    remote = {row.alert_id for row in rows if row.target == TARGET and row.told_key == enqueue.file_key(row.alert_id)}
    # Whoever is writing it now has done so by then.
    due_at = real_clock() + outbox.LEASE
    for number in sorted(remote):
        enqueue.remove_file(conn, number, name=handed_over.file_name(number), at=due_at)
    return len(remote) + _remove_here(house.config.alert_folder, sorted({row.alert_id for row in rows}))


def _waiting(conn: Connection, rule_id: int) -> list[Raised]:
    return alerts.of_ids(conn, tellings.next_to_tell(conn, rule_id, TARGET, limit=MOST_AT_ONCE))


def _by_outbox(house: House, rule_id: int, now: datetime) -> int:
    with house.store.transaction(alone=True) as conn:
        found = _waiting(conn, rule_id)
        for alert in found:
            key = enqueue.file(
                conn, alert.id, name=handed_over.file_name(alert.id), text=_text(house, alert), event=EVENT, at=now
            )
            tellings.note_told(conn, TARGET, [alert.id], key=key, at=now)
    return len(found)


def _here(house: House, rule_id: int, now: datetime) -> int:
    with house.store.reading() as conn:
        found = _waiting(conn, rule_id)
    done = []
    try:
        for alert in found:
            path = Path(house.config.alert_folder or "") / handed_over.file_name(alert.id)
            _write(path, _text(house, alert).encode())
            done.append(alert.id)
    except OSError as error:
        log.warning("alert_folder_failed", error=type(error).__name__)
    if done:
        with house.store.transaction() as conn:
            tellings.note_told(conn, TARGET, done, key=HERE, at=now)
    return len(done)


def _text(house: House, alert: Raised) -> str:
    return orjson.dumps(alert_letters.body(alert, link=address(house, alert.id))).decode()


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".alert-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_here(folder: Path | None, numbers: Sequence[int]) -> int:
    if folder is None:
        return 0
    there = [path for number in numbers if (path := folder / handed_over.file_name(number)).exists()]
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
