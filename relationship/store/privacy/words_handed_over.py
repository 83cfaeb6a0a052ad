"""Words of verbatims that go, in what alerts handed to the outbox: mails, letters, calls, tasks and notes, whether they
have left or not. Run it before the verbatims themselves go."""

import re
from collections.abc import Collection
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.alerts import tellings
from relationship.store.alerts.alert_tables import ALERT
from relationship.store.chunks import in_chunks
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox import Kind, OneDelivery


def alerts_of(conn: Connection, verbatim_ids: Collection[int]) -> set[int]:
    """Numbers of the alerts about these verbatims."""
    found: set[int] = set()
    for chunk in in_chunks(sorted(verbatim_ids)):
        found |= set(conn.scalars(sa.select(ALERT.c.id).where(ALERT.c.verbatim_id.in_(chunk))))
    return found


def take_out(conn: Connection, verbatim_ids: Collection[int]) -> int:
    """Forget deliveries that hold these words alone, take the words out of the others; returns how many were changed."""
    ids = alerts_of(conn, verbatim_ids)
    changed = outbox.remove_keys(conn, [tellings.letter_key(number) for number in ids])
    told = dict.fromkeys((row.told_key, row.target) for row in tellings.of_alerts(conn, ids) if row.told_key)
    for key, target in told:
        all_of_it = [number for number, _state in tellings.told_in(conn, key, target)]
        left = [number for number in all_of_it if number not in ids]
        if not left:
            changed += outbox.remove_keys(conn, tellings.delivery_keys(key))
            continue
        for one in outbox.by_keys(conn, tellings.delivery_keys(key)).values():
            if one.payload:
                outbox.say_otherwise(conn, one.key, _without(one, ids, was=len(all_of_it), left=left))
                changed += 1
    return changed


def of_a_call(body: str, left: Collection[int]) -> str:
    """The body of a call of a webhook that holds these alerts alone."""
    said: dict[str, Any] = orjson.loads(body)
    several = said["data"].get("alerts")
    if several is not None:
        said["data"]["alerts"] = [one for one in several if one["alert"] in left]
    return orjson.dumps(said).decode()


def _without(one: OneDelivery, gone: Collection[int], *, was: int, left: Collection[int]) -> dict[str, Any]:
    if one.kind is Kind.WEBHOOK:
        return {**one.payload, "body": of_a_call(one.payload["body"], left)}
    if one.kind is Kind.MAIL:
        notice = dict(one.payload["notice"])
        # A line of a digest begins with the number of its alert.
        begins = tuple(f"{number} · " for number in gone)
        notice["paragraphs"] = [line for line in notice["paragraphs"] if not line.startswith(begins)]
        notice["subject"] = re.sub(rf"(?<!\d){was}(?!\d)", str(len(left)), notice["subject"], count=1)
        return {**one.payload, "notice": notice}
    if one.kind is Kind.CRM_TASK and "task" in one.payload:
        # A task that stands for several alerts quotes the first of them.
        return {**one.payload, "task": {**one.payload["task"], "description": ""}}
    return one.payload
