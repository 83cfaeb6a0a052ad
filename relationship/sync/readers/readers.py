"""One reader for every kind of activity, judging by who is inside, as directory and CRM now say."""

from contextlib import nullcontext
from datetime import date
from typing import Protocol

from sqlalchemy import Connection

from relationship.clock import Clock
from relationship.config import Config
from relationship.store import deployment
from relationship.store.activities.sightings import Read
from relationship.store.crm import colleagues
from relationship.store.database import Store
from relationship.store.privacy import excluded_names
from relationship.sync.shapes.call_rows import call_reader
from relationship.sync.shapes.dataverse_activities import activity_reader
from relationship.sync.shapes.disposition import Circle, circle, mail_reader
from relationship.sync.shapes.events import event_reader
from relationship.sync.shapes.task_rows import task_reader


class House(Protocol):
    """What reading needs of the wiring (`relationship/house.py`)."""

    @property
    def config(self) -> Config: ...
    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...


def reader_of(house: House, read_from: date | None, *, conn: Connection | None = None) -> tuple[Circle, Read]:
    """Who is inside, and one reader for every kind of activity, for one may have copies from several sources.

    conn  a transaction to look in; None opens one
    """
    with nullcontext(conn) if conn is not None else house.store.reading() as looking:
        found = deployment.load(looking)
        lifts = excluded_names.lifts(looking)
        inside = circle(found.domains if found else (), colleagues.own_addresses(looking), lifts=lifts)
    zone = house.config.zone
    mail = mail_reader(inside, read_from=read_from, zone=zone)
    filed = activity_reader(mail, inside, read_from=read_from, zone=zone)
    tasks = task_reader(call_reader(filed), read_from=read_from, zone=zone)
    return inside, event_reader(tasks, inside, read_from=read_from, zone=zone, now=house.clock())
