"""Verbatims as pages list them: narrowed, newest first, within what a reader may read."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK
from relationship.store.verbatims.verbatims import COLUMNS, Kept, kept

_account = tables.table(tables.Record)
# Best texts are glad ones that say something and fit on a wall.
BEST_INTENSITY = 0.7
SHORTEST_BEST, LONGEST_BEST = 30, 600


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is narrowed to; '' and None: not at all. threat: 'any' or a kind; since: day number; text: part of
    the words; unknown: also texts of nobody known."""

    emotion: str = ""
    feeling: str = ""
    theme: str = ""
    sensitivity: str = ""
    moment: str = ""
    threat: str = ""
    source: str = ""
    account: str = ""
    since: int | None = None
    text: str = ""
    unknown: bool = False
    best: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A text with the account it belongs to; guid '' for nobody known."""

    verbatim: Kept
    guid: str
    account: str


def page(conn: Connection, wish: Wish, *, scope: Scope, after: tuple[int, int] | None, limit: int) -> list[Listed]:
    """Texts of accounts inside the scope. after: day and id of the last one shown before."""
    query = _selected().where(*_conditions(wish, scope)).limit(limit)
    if after is not None:
        day, number = after
        query = query.where(sa.or_(VERBATIM.c.day < day, sa.and_(VERBATIM.c.day == day, VERBATIM.c.id < number)))
    return [_listed(row) for row in conn.execute(query.order_by(VERBATIM.c.day.desc(), VERBATIM.c.id.desc()))]


def count(conn: Connection, wish: Wish, *, scope: Scope) -> dict[str, int]:
    """How many texts there are, by feeling."""
    query = (
        sa.select(VERBATIM.c.feeling, sa.func.count())
        .select_from(VERBATIM.outerjoin(_account, _account.c.id == VERBATIM.c.account_id))
        .where(*_conditions(wish, scope))
        .group_by(VERBATIM.c.feeling)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def one(conn: Connection, number: int) -> Listed | None:
    """A text with its account, whoever may read it: ask the door before it is shown."""
    row = conn.execute(_selected().where(VERBATIM.c.id == number, _not_left_out())).one_or_none()
    return _listed(row) if row else None


def _selected() -> sa.Select[Any]:
    return sa.select(*COLUMNS, _account.c.guid, _account.c.name).select_from(
        VERBATIM.outerjoin(_account, _account.c.id == VERBATIM.c.account_id)
    )


def _conditions(wish: Wish, scope: Scope) -> list[sa.ColumnElement[bool]]:
    told = VERBATIM.c
    within: sa.ColumnElement[bool] = sa.and_(
        _account.c.kind == RecordKind.ACCOUNT.value, may_be_read(scope, RecordKind.ACCOUNT)
    )
    if wish.unknown:
        within = sa.or_(within, told.account_id.is_(None))
    found = [within, _not_left_out()]
    plain = {name: getattr(wish, name) for name in ("emotion", "feeling", "source")}
    found += [told[name] == value for name, value in plain.items() if value]
    for sort in ("theme", "sensitivity", "moment"):
        if value := getattr(wish, sort):
            mark = sa.select(VERBATIM_MARK.c.verbatim_id).where(
                VERBATIM_MARK.c.sort == sort, VERBATIM_MARK.c.word == value
            )
            found.append(told.id.in_(mark))
    if wish.threat:
        found.append(told.threat != "" if wish.threat == "any" else told.threat == wish.threat)
    if wish.account:
        found.append(_account.c.guid == wish.account)
    if wish.since is not None:
        found.append(told.day >= wish.since)
    found += [told.text.icontains(word, autoescape=True) for word in wish.text.split()]
    if wish.best:
        found += [
            told.feeling == "positive",
            told.emotion.in_(["joy", "surprise"]),
            told.intensity >= BEST_INTENSITY,
            told.threat == "",
            sa.func.length(told.text).between(SHORTEST_BEST, LONGEST_BEST),
        ]
    return found


def _not_left_out() -> sa.ColumnElement[bool]:
    """Neither the account nor the contact is left out by the rules."""
    contact = sa.func.coalesce(VERBATIM.c.contact_guid, "")
    return sa.and_(
        ~left_out_by_name(sa.literal(RecordKind.ACCOUNT.value), sa.func.coalesce(_account.c.guid, "")),
        ~left_out_by_name(sa.literal(RecordKind.CONTACT.value), contact),
    )


def _listed(row: Any) -> Listed:
    return Listed(kept([row[: len(COLUMNS)]])[0], row[-2] or "", row[-1] or "")
