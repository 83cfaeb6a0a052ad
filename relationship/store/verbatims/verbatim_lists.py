"""Verbatims as pages list them: narrowed, newest first, within what a reader may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_CORRECTION, VERBATIM_MARK
from relationship.store.verbatims.verbatims import COLUMNS, Kept, kept
from relationship.verbatims.contradiction import (
    HIGH_RECOMMENDATION,
    HIGH_SATISFACTION,
    LOW_RECOMMENDATION,
    LOW_SATISFACTION,
)

ACCOUNT = tables.table(Record)


# Satisfaction of 0 to 100 and recommendation of 0 to 10 in three parts each; those of recommendation are the usual ones.
SATISFACTIONS = {"low": (0, 40), "middle": (40.001, 79.999), "high": (80, 100)}
RECOMMENDATIONS = {"detractor": (0, 6.999), "passive": (7, 8.999), "promoter": (9, 10)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is narrowed to; '' and None: not at all. threat: 'any' or a kind; since, until: day numbers; text:
    part of the words; unknown: also texts of nobody known, and 'only' them by `speaker`; satisfaction, recommendation:
    words of SATISFACTIONS and RECOMMENDATIONS; filters: value by column; checked: 'corrected' by a person, or
    'contradiction' between words and score."""

    emotion: str = ""
    feeling: str = ""
    theme: str = ""
    sensitivity: str = ""
    moment: str = ""
    threat: str = ""
    source: str = ""
    account: str = ""
    since: int | None = None
    until: int | None = None
    text: str = ""
    unknown: bool = False
    speaker: str = ""
    satisfaction: str = ""
    recommendation: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    checked: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A text with the account it belongs to; guid '' for nobody known."""

    verbatim: Kept
    guid: str
    account: str


def page(conn: Connection, wish: Wish, *, scope: Scope, after: tuple[int, int] | None, limit: int) -> list[Listed]:
    """Texts of accounts inside the scope. after: day and id of the last one shown before."""
    query = selected().where(*conditions(wish, scope)).limit(limit)
    if after is not None:
        day, number = after
        query = query.where(sa.or_(VERBATIM.c.day < day, sa.and_(VERBATIM.c.day == day, VERBATIM.c.id < number)))
    return [listed(row) for row in conn.execute(query.order_by(VERBATIM.c.day.desc(), VERBATIM.c.id.desc()))]


def count(conn: Connection, wish: Wish, *, scope: Scope) -> dict[str, int]:
    """How many texts there are, by feeling."""
    query = (
        sa.select(VERBATIM.c.feeling, sa.func.count())
        .select_from(VERBATIM.outerjoin(ACCOUNT, ACCOUNT.c.id == VERBATIM.c.account_id))
        .where(*conditions(wish, scope))
        .group_by(VERBATIM.c.feeling)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def one(conn: Connection, number: int) -> Listed | None:
    """A text with its account, whoever may read it: ask the door before it is shown."""
    row = conn.execute(selected().where(VERBATIM.c.id == number, not_left_out())).one_or_none()
    return listed(row) if row else None


def selected() -> sa.Select[Any]:
    """Texts with their accounts."""
    return sa.select(*COLUMNS, ACCOUNT.c.guid, ACCOUNT.c.name).select_from(
        VERBATIM.outerjoin(ACCOUNT, ACCOUNT.c.id == VERBATIM.c.account_id)
    )


def conditions(wish: Wish, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """What a wish narrows texts to, within what a reader may read."""
    told = VERBATIM.c
    within: sa.ColumnElement[bool] = sa.and_(
        ACCOUNT.c.kind == RecordKind.ACCOUNT.value, may_be_read(scope, RecordKind.ACCOUNT)
    )
    if wish.unknown:
        within = told.account_id.is_(None) if wish.speaker == "unknown" else sa.or_(within, told.account_id.is_(None))
    found = [within, not_left_out()]
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
        found.append(ACCOUNT.c.guid == wish.account)
    if wish.since is not None:
        found.append(told.day >= wish.since)
    if wish.until is not None:
        found.append(told.day <= wish.until)
    found += _scores_and_columns(wish)
    found += [told.text.icontains(word, autoescape=True) for word in wish.text.split()]
    return found


def _scores_and_columns(wish: Wish) -> list[sa.ColumnElement[bool]]:
    told = VERBATIM.c
    found: list[sa.ColumnElement[bool]] = []
    if wish.satisfaction:
        found.append(told.satisfaction.between(*SATISFACTIONS[wish.satisfaction]))
    if wish.recommendation:
        found.append(told.recommendation.between(*RECOMMENDATIONS[wish.recommendation]))
    for column, value in wish.filters.items():
        # Kept as JSON without blanks between its parts.
        pair = orjson.dumps({column: value}).decode()[1:-1]
        found.append(told.filters.contains(pair, autoescape=True))
    if wish.checked == "corrected":
        found.append(told.id.in_(sa.select(VERBATIM_CORRECTION.c.verbatim_id)))
    if wish.checked == "contradiction":
        low = _either(told.satisfaction <= LOW_SATISFACTION, told.recommendation <= LOW_RECOMMENDATION)
        high = _either(told.satisfaction >= HIGH_SATISFACTION, told.recommendation >= HIGH_RECOMMENDATION)
        kinder = sa.and_(told.feeling == "positive", low, sa.not_(high))
        found.append(sa.or_(kinder, sa.and_(told.feeling == "negative", high, sa.not_(low))))
    return found


def _either(*several: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Any of these; a score that was not told is none of them."""
    return sa.or_(*(sa.func.coalesce(one, sa.false()) for one in several))


def not_left_out() -> sa.ColumnElement[bool]:
    """Neither the account nor the contact is left out by the rules."""
    contact = sa.func.coalesce(VERBATIM.c.contact_guid, "")
    return sa.and_(
        ~left_out_by_name(sa.literal(RecordKind.ACCOUNT.value), sa.func.coalesce(ACCOUNT.c.guid, "")),
        ~left_out_by_name(sa.literal(RecordKind.CONTACT.value), contact),
    )


def listed(row: Any) -> Listed:
    """A row of `selected`."""
    return Listed(kept([row[: len(COLUMNS)]])[0], row[-2] or "", row[-1] or "")
