"""The columns that a list can show: their heads, and what of them goes into a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from relationship.activities import RecordKind
from relationship.store.lists.list_filters import Column
from relationship.store.lists.record_lists import RecordRow
from web import words
from web.customers import customer_words
from web.formats import stage
from web.house import house

# What a cell of a file holds: real numbers and days where the format has them.
Value = str | float | int | date | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the table. style: of its cells; heads: what it is sorted by, one link each, with their titles."""

    key: str
    style: str
    heads: tuple[tuple[Column, object], ...]

    @property
    def title(self) -> object:
        return self.heads[0][1]


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a file."""

    title: object
    value: Callable[[Any], Value]


FIELDS = {
    field.key: field
    for field in (
        Field("score", "rating", ((Column.SCORE, _l("Rating")),)),
        Field("trend", "trend", ((Column.TREND, _l("Trend")),)),
        Field("value", "number", ((Column.VALUE, _l("Value")),)),
        Field("close", "date", ((Column.CLOSE, _l("Closing date")),)),
        Field("last", "date", ((Column.LAST, _l("Last activity")),)),
        Field("next", "date", ((Column.NEXT, _l("Next activity")),)),
        Field("stage", "stage", ((Column.STAGE, _l("Stage")), (Column.OWNER, _l("Owner")))),
        Field("account", "stage", ((Column.ACCOUNT, _l("Account")),)),
        Field("owner", "stage", ((Column.OWNER, _l("Owner")),)),
        Field("falls", "date", ((Column.FALLS, _l("Falls on")),)),
        Field("team", "stage", ((Column.TEAM, _l("Team")),)),
        Field("segment", "stage", ((Column.SEGMENT, _l("Segment")),)),
        Field("health", "number", ((Column.HEALTH, customer_words.SCORE),)),
        Field("health_status", "stage", ((Column.STATUS_OF_HEALTH, customer_words.STATUS),)),
        Field("leaving", "stage", ((Column.LEAVING, customer_words.FLAG),)),
        Field("arr", "number", ((Column.ARR, customer_words.ARR),)),
        Field("renewal", "date", ((Column.RENEWAL, customer_words.RENEWAL),)),
        Field("churn", "number", ((Column.CHURN, customer_words.CHURN),)),
        Field("upsell", "number", ((Column.UPSELL, customer_words.UPSELL),)),
        Field("mood", "stage", ((Column.MOOD, customer_words.MOOD),)),
    )
}


def _local(at: datetime | None) -> date | None:
    return at.astimezone(house().config.zone).date() if at else None


def _rating(row: RecordRow) -> str:
    return str(words.RATINGS[row.rating] if row.rating else words.STATES.get(row.state, row.state))


_OWNER = FileColumn(_l("Owner"), lambda row: row.owner)
_ACCOUNT = FileColumn(_l("Account"), lambda row: row.account)
_SEGMENT = FileColumn(_l("Segment"), lambda row: row.segment)
_JOB_TITLE = FileColumn(_l("Job title"), lambda row: row.job_title)
_STATUS = FileColumn(_l("Status"), lambda row: str(words.STATUSES.get(row.status, row.status)))
_IN_FILE = {
    "score": (
        FileColumn(_l("Rating"), _rating),
        FileColumn(_l("Health score"), lambda row: row.score),
    ),
    "trend": (FileColumn(_l("Trend"), lambda row: str(words.TRENDS[row.trend]) if row.trend else ""),),
    "value": (
        FileColumn(_l("Value"), lambda row: row.value),
        FileColumn(_l("Currency"), lambda row: row.currency),
    ),
    "close": (FileColumn(_l("Closing date"), lambda row: row.close_on),),
    "last": (FileColumn(_l("Last activity"), lambda row: _local(row.last_activity_at)),),
    "next": (FileColumn(_l("Next activity"), lambda row: _local(row.next_activity_at)),),
    "stage": (FileColumn(_l("Stage"), lambda row: stage(row.stage)), _OWNER),
    "account": (_ACCOUNT,),
    "owner": (_OWNER,),
    "falls": (FileColumn(_l("Falls on"), lambda row: row.falls_on),),
    "team": (FileColumn(_l("Team"), lambda row: row.team),),
    "segment": (_SEGMENT,),
    "health": (FileColumn(customer_words.SCORE, lambda row: row.customer.score),),
    "health_status": (FileColumn(customer_words.STATUS, lambda row: customer_words.status(row.customer.status)),),
    "leaving": (FileColumn(customer_words.FLAG, lambda row: customer_words.flag(row.customer.leaving)),),
    "arr": (
        FileColumn(customer_words.ARR, lambda row: row.customer.arr),
        FileColumn(_l("Currency"), lambda row: row.customer.currency),
    ),
    "renewal": (FileColumn(customer_words.RENEWAL, lambda row: row.customer.renewal_on),),
    "churn": (FileColumn(customer_words.CHURN, lambda row: row.customer.churn),),
    "upsell": (FileColumn(customer_words.UPSELL, lambda row: row.customer.upsell),),
    "mood": (
        FileColumn(customer_words.MOOD_DEGREES, lambda row: row.customer.mood),
        FileColumn(customer_words.EMOTION, lambda row: customer_words.emotion(row.customer.emotion)),
    ),
}
# What stands with the name in its column on the screen.
_WITH_NAME = {
    RecordKind.OPPORTUNITY: (_ACCOUNT,),
    RecordKind.CONTACT: (_JOB_TITLE,),
    RecordKind.LEAD: (_JOB_TITLE,),
    RecordKind.ACCOUNT: (_SEGMENT,),
}


def file_columns(kind: RecordKind, title: object, fields: tuple[str, ...]) -> tuple[FileColumn, ...]:
    """The columns of a file: what the list shows with these fields, each fact once and in its order."""
    columns = [FileColumn(title, lambda row: row.name), *_WITH_NAME[kind], _STATUS]
    for field in fields:
        columns += [column for column in _IN_FILE[field] if column not in columns]
    return tuple(columns)
