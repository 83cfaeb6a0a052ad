"""The rules of who is read and who is left out, applied to what is kept.

The gate comes first: nothing is read, and Microsoft is asked nothing, before the scope and the date of the
consultation are set. What if it runs twice: the second time finds nothing to do. What if it dies half-way:
what is left out is worked out and taken out in one transaction.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import number_of
from relationship.errors import SyncIsOff
from relationship.store import deployment, rules
from relationship.store.activities import sightings
from relationship.store.database import Store
from relationship.store.privacy import excluded_names, exclusions, retention
from relationship.store.sources import scope
from relationship.store.verbatims import feedback_mailboxes
from relationship.sync.readers.readers import House, reader_of
from relationship.sync.readers.terms import terms
from settings.rules import Rules


@dataclass(frozen=True, slots=True)
class Enforced:
    """What applying the rules did. written: rows; withdrawn: sources removed; is_lifted: the next run reads anew."""

    written: int = 0
    withdrawn: int = 0
    is_lifted: bool = False


def require_consent(store: Store) -> Rules:
    """The rules in force; SyncIsOff while they do not allow to read."""
    with store.reading() as conn:
        _version, present = rules.current(conn)
    if present.sources.may_read:
        return present
    if present.sources.consulted_on is None:
        raise SyncIsOff(
            "Reading is off: the date of the consultation of the staff's representatives is not set.",
            next_step="Set it under Settings > Sources and privacy, or with "
            "`relationship scope --everyone --consulted-on 2026-06-01`.",
            code="sync_off_consultation",
        )
    raise SyncIsOff(
        "Reading is off: nobody has said whose mailboxes are read.",
        next_step="Choose everyone or some groups under Settings > Sources and privacy, or with "
        "`relationship scope --group <id>`.",
        code="sync_off_scope",
    )


def enforce(house: House, conn: Connection) -> Enforced:
    """Bring what is kept in line with the rules in force, inside the caller's transaction (`alone=True`).

    Whoever is left out is taken out of every activity and copy; the sources of colleagues outside the scope go with
    what only they knew; what changed is noted for the next rating.
    """
    organisation = deployment.load(conn)
    if organisation is None:
        return Enforced()
    _version, present = rules.current(conn)
    settled = exclusions.settle(conn, present.exclusions)
    failpoints.passage("policy.settled")
    texts = feedback_mailboxes.withdraw(conn, present)
    feedback_mailboxes.enlist(conn, present)
    gone = scope.left_sources(conn)
    if not settled.added and not gone:
        return Enforced(texts, is_lifted=bool(settled.lifted))
    _inside, read = reader_of(house, organisation.read_from, conn=conn)
    zone = house.config.zone
    written = texts + (sightings.withdraw(conn, gone, read=read, zone=zone) if gone else 0)
    written += exclusions.take_out(conn, settled.added, read=read, zone=zone)
    if gone and not settled.added:
        exclusions.forget_gone(conn)
    return Enforced(written, len(gone), bool(settled.lifted))


def move_window(house: House, conn: Connection, present: Rules) -> bool:
    """Let the read window follow the rules when they say another one than last time; returns whether it moved.

    A wider one lets every source be read anew; a narrower one removes what lies before it.
    """
    organisation = deployment.load(conn)
    wanted = present.sources.read_window_days
    if organisation is None or wanted == excluded_names.window_days(conn):
        return False
    excluded_names.set_window_days(conn, wanted)
    agreed = terms(house.config, present.sources)
    days = agreed.read_window
    today = house.clock().astimezone(house.config.zone).date()
    begins = None if days == "all" else today - timedelta(days=days)
    if agreed.retain is not None:
        begins = max(begins or date.min, today - timedelta(days=agreed.retain))
    if begins == organisation.read_from:
        return False
    if begins is not None and begins > (organisation.read_from or date.min):
        deployment.move_window(conn, begins, kept_from=begins)
        last = number_of(begins) - 1
        retention.remove_days(conn, 0, last, contact_days_before=number_of(begins))
        retention.remove_contact_days(conn, number_of(begins))
        retention.remove_forgotten(conn)
    else:
        deployment.widen_window(conn, begins)
        excluded_names.note_lift(conn)
    return True
