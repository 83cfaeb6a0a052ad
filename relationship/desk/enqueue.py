"""Hand over what is to leave by itself, inside the writer's own transaction. Nothing is sent here.

Each delivery has a key of the writer's own; what was enqueued once under it is never enqueued again.
"""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from relationship.activities import RecordRef
from relationship.addresses import normalise
from relationship.clock import real_clock
from relationship.house import House
from relationship.letters.digests import Notice, due_at
from relationship.store import rules as stored
from relationship.store.outbox import mail_choices, outbox
from relationship.store.outbox.mail_choices import How
from relationship.store.outbox.outbox import CrmNote, CrmTask, Kind, NewDelivery
from settings.rules.actions import EVENTS, MailTimes

CRM, SFTP = "crm", "sftp"
LONGEST_KEY = 200


def mail_colleague(
    conn: Connection,
    house: House,
    *,
    key: str,
    person_key: str,
    notice: Notice,
    event: str = "",
    about: RecordRef | None = None,
    urgent: bool = False,
    at: datetime | None = None,
) -> bool:
    """A mail to a colleague, at the time and in the form that the colleague chose; False when it was there already.

    urgent  it is not held back by quiet hours, and never by the choice of a digest; "off" stays off
    at      real time, now when None
    """
    now = at or real_clock()
    choice = mail_choices.choice(conn, person_key)
    is_digest = choice.how is How.DAILY and not urgent
    new = NewDelivery(
        key=_checked(key),
        kind=Kind.MAIL,
        target=person_target(person_key),
        payload={"notice": notice.body(), "urgent": urgent},
        due_at=mail_due(conn, house, now, digest=is_digest, urgent=urgent),
        event=event,
        about=about,
        is_digest=is_digest,
        dropped="off_by_choice" if choice.how is How.OFF else "",
    )
    return outbox.enqueue(conn, new, at=now)


def mail_address(
    conn: Connection,
    house: House,
    *,
    key: str,
    address: str,
    notice: Notice,
    language: str = "fr",
    digest: bool = False,
    event: str = "",
    about: RecordRef | None = None,
    urgent: bool = False,
    at: datetime | None = None,
) -> bool:
    """A mail to somebody outside or to a list; ValueError for what is no single mail address."""
    found = normalise(address)
    if found is None:
        raise ValueError("one mail address is wanted")
    now = at or real_clock()
    new = NewDelivery(
        key=_checked(key),
        kind=Kind.MAIL,
        target=f"{outbox.ADDRESS}{language}/{found}",
        payload={"notice": notice.body(), "urgent": urgent},
        due_at=mail_due(conn, house, now, digest=digest, urgent=urgent),
        event=event,
        about=about,
        is_digest=digest,
    )
    return outbox.enqueue(conn, new, at=now)


def letter(
    conn: Connection,
    house: House,
    *,
    key: str,
    address: str,
    language: str,
    subject: str,
    body: str,
    sender: tuple[str, str],
    event: str = "",
    at: datetime | None = None,
) -> bool:
    """A mail of one person to one customer, in a mail of its own after quiet hours; ValueError for what is no single
    mail address. sender: name and address of the person, to whom the answers go."""
    found, reply_to = normalise(address), normalise(sender[1])
    if found is None or reply_to is None:
        raise ValueError("one mail address is wanted")
    now = at or real_clock()
    new = NewDelivery(
        key=_checked(key),
        kind=Kind.LETTER,
        target=f"{outbox.CUSTOMER}{language}/{found}",
        payload={"subject": subject, "body": body, "name": sender[0], "reply_to": reply_to},
        due_at=mail_due(conn, house, now, digest=False),
        event=event,
    )
    return outbox.enqueue(conn, new, at=now)


def webhook(
    conn: Connection,
    house: House,  # noqa: ARG001  # every way of handing over asks for the same things
    *,
    key: str,
    endpoint_key: str,
    event: str,
    data: dict[str, Any],
    about: RecordRef | None = None,
    at: datetime | None = None,
) -> bool:
    """A call of one endpoint; those about one record leave in their order. The body is put in words here, once."""
    now = at or real_clock()
    body = orjson.dumps({"type": event, "timestamp": now.isoformat(timespec="seconds"), "data": data}).decode()
    new = NewDelivery(
        key=_checked(key),
        kind=Kind.WEBHOOK,
        target=endpoint_target(endpoint_key),
        payload={"endpoint": endpoint_key, "body": body},
        due_at=now,
        lane=f"{endpoint_key}/{about}" if about else "",
        event=event,
        about=about,
    )
    return outbox.enqueue(conn, new, at=now)


def event(
    conn: Connection,
    house: House,
    *,
    key: str,
    event: str,
    data: dict[str, Any],
    about: RecordRef | None = None,
    at: datetime | None = None,
) -> int:
    """The same call to every endpoint that wants to be told of such events; returns how many are new."""
    if event not in EVENTS:
        raise ValueError(f"an event that docs/webhooks.md does not name: {event}")
    _version, rules = stored.current(conn)
    told = [one for one in rules.actions.endpoints if one.enabled and event in one.events]
    return sum(
        webhook(
            conn, house, key=f"{key}/{one.key}", endpoint_key=one.key, event=event, data=data, about=about, at=at
        )
        for one in told
    )  # fmt: skip


def crm_task(
    conn: Connection,
    house: House,  # noqa: ARG001  # as above
    *,
    key: str,
    task: CrmTask,
    as_user: str = "",
    event: str = "",
    at: datetime | None = None,
) -> bool:
    """A task in the CRM. as_user: object id in Entra of the person who acts, '' for the application."""
    now = at or real_clock()
    body = {
        "subject": task.subject,
        "description": task.description,
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "regarding": str(task.regarding) if task.regarding else "",
        "owner_guid": task.owner_guid,
        "priority": task.priority,
    }
    new = NewDelivery(
        key=_checked(key),
        kind=Kind.CRM_TASK,
        target=CRM,
        payload={"task": body, "as_user": as_user},
        due_at=now,
        lane=f"task/{outbox.task_guid(key)}",
        event=event,
        about=task.regarding,
    )
    return outbox.enqueue(conn, new, at=now)


def close_task(conn: Connection, key: str, *, at: datetime) -> bool:
    """Cancel the task that was enqueued under this key, after it is there; somebody may have completed it."""
    new = NewDelivery(
        key=_checked(f"{key[: LONGEST_KEY - 6]}/close"),
        kind=Kind.CRM_TASK,
        target=CRM,
        payload={"close": outbox.task_guid(key)},
        due_at=at,
        lane=f"task/{outbox.task_guid(key)}",
    )
    return outbox.enqueue(conn, new, at=at)


def crm_note(conn: Connection, *, key: str, note: CrmNote, event: str = "", at: datetime) -> bool:
    """A note on a record in the CRM, once."""
    body = {"subject": note.subject, "text": note.text, "regarding": str(note.regarding)}
    new = NewDelivery(
        key=_checked(key),
        kind=Kind.CRM_NOTE,
        target=CRM,
        payload={"note": body},
        due_at=at,
        event=event,
        about=note.regarding,
    )
    return outbox.enqueue(conn, new, at=at)


def file(conn: Connection, number: int, *, name: str, text: str, event: str, at: datetime) -> str:
    """The file of an alert for the SFTP folder, once; returns its key."""
    new = NewDelivery(
        key=file_key(number),
        kind=Kind.FILE,
        target=SFTP,
        payload={"name": name, "text": text},
        due_at=at,
        lane=file_key(number),
        event=event,
    )
    outbox.enqueue(conn, new, at=at)
    return new.key


def remove_file(conn: Connection, number: int, *, name: str, at: datetime) -> bool:
    """Take the file of an alert away again, after whatever was to be written under its name."""
    new = NewDelivery(
        key=f"{file_key(number)}/remove/{at.isoformat()}",
        kind=Kind.FILE,
        target=SFTP,
        payload={"remove": name},
        due_at=at,
        lane=file_key(number),
    )
    return outbox.enqueue(conn, new, at=at)


def file_key(number: int) -> str:
    """Of the file of an alert on its way to the SFTP folder."""
    return f"alert-file/{number}"


def person_target(person_key: str) -> str:
    return f"{outbox.PERSON}{person_key}"


def endpoint_target(endpoint_key: str) -> str:
    return f"endpoint/{endpoint_key}"


def mail_due(conn: Connection, house: House, now: datetime, *, digest: bool, urgent: bool = False) -> datetime:
    """When a mail that is written now may leave, by the rules in force."""
    _version, rules = stored.current(conn)
    return mail_time(rules.actions.mails, house, now, digest=digest, urgent=urgent)


def mail_time(times: MailTimes, house: House, now: datetime, *, digest: bool, urgent: bool = False) -> datetime:
    """The same by these times."""
    return due_at(now, house.config.zone, digest=digest, urgent=urgent, **times.model_dump(exclude={"most_a_day"}))


def _checked(key: str) -> str:
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError("a key has 1 to 200 signs")
    return key
