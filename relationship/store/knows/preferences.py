"""What colleagues chose for themselves."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.crm.record_tables import Colleague
from relationship.store.knows import tie_days, tie_people, tie_rounds
from relationship.store.knows.tie_tables import PREFERENCE, Preference
from relationship.store.upsert import upsert

_colleague = tables.table(Colleague)


@dataclass(frozen=True, slots=True)
class Choice:
    """opted_out_at: since when the colleague is absent from who knows whom; do_not_ask: he is never proposed."""

    opted_out_at: datetime | None = None
    do_not_ask: bool = False

    @property
    def has_opted_out(self) -> bool:
        return self.opted_out_at is not None


def choice(conn: Connection, colleague_key: str) -> Choice:
    """What a colleague chose; whoever never chose has the defaults."""
    query = sa.select(PREFERENCE.c.opted_out_at, PREFERENCE.c.do_not_ask)
    row = conn.execute(query.where(PREFERENCE.c.colleague_key == colleague_key)).one_or_none()
    return Choice(*row) if row else Choice()


def all_choices(conn: Connection) -> dict[str, Choice]:
    """Everybody who ever chose, by key."""
    query = sa.select(PREFERENCE.c.colleague_key, PREFERENCE.c.opted_out_at, PREFERENCE.c.do_not_ask)
    return {key: Choice(opted_out_at, do_not_ask) for key, opted_out_at, do_not_ask in conn.execute(query)}


def count_opted_out(conn: Connection) -> int:
    """How many have opted out: all that an admin may know of it."""
    return conn.scalar(sa.select(sa.func.count()).where(PREFERENCE.c.opted_out_at.is_not(None))) or 0


def save(conn: Connection, colleague_key: str, wanted: Choice) -> None:
    """Keep a choice and follow it: on opting out every day of contact and tie goes, on taking it back those of the
    stored activities are worked out again (and the pairs noted in `stale_tie`)."""
    present = choice(conn, colleague_key)
    row = {
        "colleague_key": colleague_key,
        "opted_out_at": wanted.opted_out_at,
        "do_not_ask": wanted.do_not_ask,
    }
    upsert(conn, Preference, [row], key=["colleague_key"])
    ids = list(conn.scalars(sa.select(_colleague.c.id).where(_colleague.c.key == colleague_key)))
    if wanted.has_opted_out and not present.has_opted_out:
        tie_people.forget_colleagues(conn, ids)
    elif present.has_opted_out and not wanted.has_opted_out:
        for number in ids:
            tie_days.derive(
                conn,
                "SELECT DISTINCT p.activity_id FROM activity_party p "
                f"JOIN address d ON d.id = p.address_id WHERE d.colleague_id = {int(number)}",
            )
    tie_rounds.note_people(conn)
