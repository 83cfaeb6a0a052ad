"""What of alerts was handed to the outbox, or lies in the folder: its keys, and taking it back before it leaves.

A mail of many alerts is several deliveries under one key; a call of a webhook is one. Alerts that were decided, or
whose words were erased, are taken out of what has not left: the rest is put in words again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection

from relationship.letters import alert_letters
from relationship.letters.digests import MOST_PARAGRAPHS
from relationship.store.alerts import alerts, tellings
from relationship.store.outbox import mail_choices, outbox
from relationship.store.outbox.outbox import Kind, OneDelivery

LONGEST_BASE = 180
# The most deliveries that leave in one mail: a digest of 3,000 alerts.
MOST_PARTS = 3_000 // MOST_PARAGRAPHS + 1


def key(ids: Sequence[int], target: str, *, rule: str = "") -> str:
    """Under which these alerts are handed over to a target together."""
    parts = [f"alert/{ids[0]}-{ids[-1]}", *([rule] if rule else []), target]
    found = "/".join(parts)
    if len(found) <= LONGEST_BASE:
        return found
    return f"{found[: LONGEST_BASE - 33]}#{sha256(found.encode()).hexdigest()[:32]}"


def mail_key(base: str, number: int) -> str:
    """Of one of the deliveries that leave in one mail."""
    return f"{base}/{number}"


def keys(base: str) -> list[str]:
    """Every key in the outbox that may belong to what was handed over under this one."""
    return [base, *(mail_key(base, number) for number in range(MOST_PARTS))]


def file_name(number: int) -> str:
    """Of an alert in the configured folder."""
    return f"alert-{number}.json"


def take_out(conn: Connection, base: str, target: str, gone: Collection[int], *, at: datetime) -> bool:
    """Take alerts out of what was handed over and has not left. True when nothing of it leaves at all.

    gone   numbers of the alerts
    """
    there = outbox.by_keys(conn, keys(base))
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
        outbox.say_otherwise(conn, first.key, {**first.payload, "body": without(first.payload["body"], left)})
        return
    link = str(first.payload["notice"].get("link", ""))
    found = alerts.of_ids(conn, left)
    notices = alert_letters.digest(found, language=_language(conn, target, first), link=link)
    names = sorted(waiting, key=lambda name: int(name.rpartition("/")[2]))
    for name, notice in zip(names, notices, strict=False):
        outbox.say_otherwise(conn, name, {**waiting[name].payload, "notice": notice.body()})
    outbox.drop_keys(conn, names[len(notices) :], at=at, code="alert_closed")


def without(body: str, left: Collection[int]) -> str:
    """The body of a call that holds these alerts alone."""
    said: dict[str, Any] = orjson.loads(body)
    several = said["data"].get("alerts")
    if several is not None:
        said["data"]["alerts"] = [one for one in several if one["alert"] in left]
    return orjson.dumps(said).decode()


def _language(conn: Connection, target: str, one: OneDelivery) -> str:
    sort, _, rest = target.partition("/")
    if sort == "person":
        return mail_choices.choice(conn, rest).language
    return one.target.removeprefix(outbox.ADDRESS).partition("/")[0]
