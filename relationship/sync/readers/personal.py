"""What is read of every user: mail, calendar, To Do and Planner, each a source of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from relationship.config import Config
from relationship.store.activities.sightings import Read
from relationship.store.crm import colleagues
from relationship.store.database import Store
from relationship.store.sources import sources
from relationship.sync.readers import calendars, mailboxes, planner, todo
from relationship.sync.readers.delta import Round
from relationship.sync.shapes import msgraph
from relationship.sync.shapes.disposition import Circle
from relationship.sync.wire.connection import Microsoft


class ReadPersonal(Protocol):
    """Brings one source of one user up to date."""

    def __call__(self, user_id: str, source_id: int, *, refresh: bool) -> Round: ...


@dataclass(frozen=True, slots=True)
class Personal:
    """A sort of source that every user has. prefix: of its keys, before the user's id."""

    prefix: str
    read: ReadPersonal


def personal_sources(
    config: Config,
    store: Store,
    microsoft: Microsoft,
    inside: Circle,
    read: Read,
    *,
    read_from: date | None,
    today: date,
    progress: Callable[[int], None],
) -> list[Personal]:
    """What this house reads of every user, in this order. progress: told the rows of every page."""
    mail = mailboxes.Reading(
        store=store,
        channel=microsoft.msgraph,
        headers=msgraph.mail_headers(microsoft.mail_page_size),
        read=read,
        circle_mark=inside.mark,
        zone=config.zone,
        progress=progress,
    )
    with store.reading() as conn:
        owners = colleagues.addresses_by_key(conn)
    calendar = calendars.Reading(
        store=store,
        channel=microsoft.msgraph,
        page_size=microsoft.mail_page_size,
        read=read,
        inside=inside,
        owners=owners,
        read_from=read_from,
        today=today,
        zone=config.zone,
        progress=progress,
    )
    tasks = todo.Reading(
        store=store,
        channel=microsoft.msgraph,
        page_size=microsoft.mail_page_size,
        read=read,
        zone=config.zone,
        progress=progress,
        lifts=inside.lifts,
    )
    found = [
        ("mail", Personal(sources.MAILBOX, partial(mailboxes.read_mailbox, mail))),
        ("calendar", Personal(calendars.SOURCE, partial(calendars.read_calendar, calendar))),
        ("tasks", Personal(todo.SOURCE, partial(todo.read_todo, tasks))),
        ("tasks", Personal(planner.SOURCE, partial(planner.read_planner, tasks))),
    ]
    return [personal for name, personal in found if config.reads(name)]
