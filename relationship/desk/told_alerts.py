"""Who was told of alerts and what was done about them, as it truly stands: what waits, has left, or failed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from relationship.desk import decide_alert
from relationship.store.alerts import alert_rules, alerts, tellings
from relationship.store.alerts.alerts import Letter
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox import OneDelivery, State

LETTER = "letter"
# What became of a delivery, in the words of this module.
_OF_DELIVERY: Mapping[State, str] = {
    State.WAITING: "queued",
    State.FAILED: "failed",
    State.SENT: "left",
    State.GIVEN_UP: "given_up",
    State.DROPPED: "dropped",
}
_NOT_SENT: Mapping[str, str] = {"off_by_choice": "off", outbox.NOT_WANTED: "not_wanted"}


@dataclass(frozen=True, slots=True)
class Told:
    """One who hears, or one thing that is done. See `AlertTelling` for targets, and besides 'letter'.

    state    waiting (for the digest, or because of the limit), unconfirmed (an address outside), for_confirmation (a
             task), draft (a letter), queued, failed (it is tried again), left, given_up, off (the reader's choice),
             not_wanted (what the CRM says of the reader), dropped, withheld, no_folder or no_address
    at       when it left, else when it was handed over, None before;  code: why a try failed
    instead  'no_owner' or 'owner_gone' when somebody hears for the owner;  key: of the delivery, '' for none
    """

    target: str
    state: str
    at: datetime | None = None
    code: str = ""
    instead: str = ""
    key: str = ""


def told(conn: Connection, number: int, *, has_folder: bool = True) -> list[Told]:
    """Of one alert. has_folder: whether a folder for files is configured."""
    return told_of(conn, [number], has_folder=has_folder).get(number, [])


def told_of(conn: Connection, numbers: Collection[int], *, has_folder: bool = True) -> dict[int, list[Told]]:
    """Of each of these alerts."""
    rows = tellings.of_alerts(conn, numbers)
    keys = {name for row in rows if row.told_key for name in (row.told_key, tellings.mail_key(row.told_key, 0))}
    letters = {number: letter for number in numbers if (letter := alerts.letter(conn, number)) is not None}
    there = outbox.by_keys(conn, keys | {tellings.letter_key(number) for number in letters})
    confirmed = alert_rules.confirmed(conn)
    found: dict[int, list[Told]] = {}
    for row in rows:
        one = there.get(row.told_key) or there.get(tellings.mail_key(row.told_key, 0))
        found.setdefault(row.alert_id, []).append(_told(row, one, confirmed, has_folder=has_folder))
    for number, letter in letters.items():
        one = there.get(tellings.letter_key(number))
        refuses = letter.state == "draft" and decide_alert.refuses_mail(conn, number, letter)
        found.setdefault(number, []).append(Told(LETTER, "not_wanted") if refuses else _letter(number, letter, one))
    return found


def _told(row: Any, one: OneDelivery | None, confirmed: Collection[str], *, has_folder: bool) -> Told:
    if row.state == "waiting":
        sort, _, rest = row.target.partition("/")
        state = "waiting"
        if sort == "address" and rest not in confirmed:
            state = "unconfirmed"
        elif row.target == tellings.TASK:
            state = "for_confirmation"
        elif row.target == "folder" and not has_folder:
            state = "no_folder"
        return Told(row.target, state, instead=row.instead)
    if row.state != "told" or one is None:
        state = "left" if row.state == "told" else str(row.state)
        return Told(row.target, state, row.told_at, instead=row.instead, key="")
    return _delivered(row.target, one, row.told_at, instead=row.instead)


def _delivered(target: str, one: OneDelivery, handed: datetime | None, *, instead: str = "") -> Told:
    state = _OF_DELIVERY[one.state]
    if one.state is State.DROPPED:
        state = _NOT_SENT.get(one.last_code, state)
    return Told(target, state, one.settled_at or handed, one.last_code, instead, one.key)


def _letter(number: int, letter: Letter, one: OneDelivery | None) -> Told:
    if letter.state == "released" and one is not None:
        return _delivered(LETTER, one, letter.decided_at)
    states = {"discarded": "dropped", "released": "left"}
    state = states.get(letter.state, "draft" if letter.address else "no_address")
    return Told(LETTER, state, letter.decided_at, key=tellings.letter_key(number) if one else "")
