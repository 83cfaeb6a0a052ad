"""What of alerts was handed to the outbox, or lies in the folder: its keys, and taking it back before it leaves.

A mail of many alerts is several deliveries under one key; a call of a webhook is one. Alerts that were decided, or
whose words were erased, are taken out of what has not left: the rest is put in words again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from relationship.letters import alert_letters
from relationship.store.alerts import alerts, tellings
from relationship.store.outbox import mail_choices, outbox
from relationship.store.outbox.outbox import Kind, OneDelivery
from relationship.store.privacy import words_handed_over

LONGEST_BASE = 180


def key(ids: Sequence[int], target: str, *, rule: str = "") -> str:
    """Under which these alerts are handed over to a target together."""
    parts = [f"alert/{ids[0]}-{ids[-1]}", *([rule] if rule else []), target]
    found = "/".join(parts)
    if len(found) <= LONGEST_BASE:
        return found
    return f"{found[: LONGEST_BASE - 33]}#{sha256(found.encode()).hexdigest()[:32]}"


def file_name(number: int) -> str:
    """Of an alert in the configured folder."""
    return f"alert-{number}.json"


def take_out(conn: Connection, base: str, target: str, gone: Collection[int], *, at: datetime) -> bool:
    """Take alerts out of what was handed over and has not left. True when nothing of it leaves at all.

    gone   numbers of the alerts
    """
    there = outbox.by_keys(conn, tellings.delivery_keys(base))
    waiting = {name: one for name, one in there.items() if one.state.value in outbox.OPEN}
    if not waiting:
        return False
    left = [number for number, _state in tellings.told_in(conn, base, target) if number not in gone]
    if not left:
        return len(outbox.drop_keys(conn, list(waiting), at=at, code="alert_closed")) == len(waiting)
    _say_again(conn, waiting, target, left, at=at)
    return False


def _say_again(
    conn: Connection, waiting: dict[str, OneDelivery], target: str, left: Sequence[int], *, at: datetime
) -> None:
    """Put what is left of a mail or call in words anew."""
    first = next(iter(waiting.values()))
    if first.kind is Kind.WEBHOOK:
        outbox.say_otherwise(
            conn, first.key, {**first.payload, "body": words_handed_over.of_a_call(first.payload["body"], left)}
        )
        return
    link = str(first.payload["notice"].get("link", ""))
    found = alerts.of_ids(conn, left)
    notices = alert_letters.digest(found, language=_language(conn, target, first), link=link)
    names = sorted(waiting, key=lambda name: int(name.rpartition("/")[2]))
    for name, notice in zip(names, notices, strict=False):
        outbox.say_otherwise(conn, name, {**waiting[name].payload, "notice": notice.body()})
    outbox.drop_keys(conn, names[len(notices) :], at=at, code="alert_closed")


def _language(conn: Connection, target: str, one: OneDelivery) -> str:
    sort, _, rest = target.partition("/")
    if sort == "person":
        return mail_choices.choice(conn, rest).language
    return one.target.removeprefix(outbox.ADDRESS).partition("/")[0]
