"""The words of custom reports: columns, filters, figures, and every value as text on a page or in a PDF."""

from collections.abc import Iterable, Mapping
from datetime import date

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from relationship.reports.columns import COLUMNS, NUMBERS, Kind, Topic
from relationship.reports.definition import COUNT, GROUP, Condition, Definition, How, Op
from relationship.reports.table import Head, Line, ReportTable, Value
from web import formats, words
from web.customers import customer_words
from web.texts import _, _n

TOPICS: Mapping[Topic, object] = {
    Topic.ACCOUNT: _l("Account"),
    Topic.HEALTH: _l("Health fields"),
    Topic.SCORES: _l("Scores"),
    Topic.USE: _l("Use of the product"),
    Topic.SATISFACTION: _l("Satisfaction"),
    Topic.OPPORTUNITIES: _l("Open opportunities"),
    Topic.RELATIONSHIP: _l("Relationship"),
}
TITLES: Mapping[str, object] = {
    "name": _l("Account"),
    "number": _l("Account number"),
    "status": _l("Status"),
    "owner": _l("Owner"),
    "team": _l("Team"),
    "segment": _l("Segment"),
    "domain": _l("Domain"),
    "arr": customer_words.ARR,
    "currency": _l("Currency"),
    "renewal": customer_words.RENEWAL,
    "renewal_in": _l("Days until the renewal"),
    "created": _l("Customer since"),
    "health": customer_words.SCORE,
    "health_status": customer_words.STATUS,
    "leaving": customer_words.FLAG,
    "contradicts": _l("Fields contradict each other"),
    "churn": customer_words.CHURN,
    "churn_change": _l("Risk of churn, change in 30 days"),
    "upsell": customer_words.UPSELL,
    "active_users": _l("Active users a day, last month"),
    "active_users_change": _l("Active users, change on the month before"),
    "logins": _l("Log-ins, last month"),
    "logins_change": _l("Log-ins, change on the month before"),
    "seats": _l("Licences"),
    "satisfaction": _l("Satisfaction, 12 months"),
    "answers": _l("Answers to surveys, 12 months"),
    "open_count": _l("Open opportunities"),
    "open_value": _l("Value of open opportunities"),
    "rating": _l("Rating of the relationship"),
    "relationship": _l("Relationship score"),
    "trend": _l("Trend"),
    "last": _l("Last activity"),
    "next": _l("Next activity"),
}
OPS: Mapping[Op, object] = {
    Op.IS: _l("is"),
    Op.IS_NOT: _l("is not"),
    Op.CONTAINS: _l("contains"),
    Op.LEAST: _l("at least"),
    Op.MOST: _l("at most"),
    Op.NEXT: _l("in the next … days"),
    Op.PAST: _l("in the last … days"),
    Op.EMPTY: _l("is empty"),
    Op.FILLED: _l("is filled in"),
}
DAY_OPS: Mapping[Op, object] = {Op.LEAST: _l("from"), Op.MOST: _l("until")}
HOWS: Mapping[How, object] = {How.SUM: _l("Sum"), How.MEAN: _l("Mean")}
_CHOICES: Mapping[str, Mapping[str, object]] = {
    "health_status": customer_words.STATUSES,
    "rating": words.RATINGS,
    "trend": words.TRENDS,
    "status": words.STATUSES,
}
REFUSALS: Mapping[str, object] = {
    "value_unfit": _l("This filter is not applied yet: its value does not fit. Correct it."),
    "name": _l("Give the report a name of at most 80 signs; you can keep 100 reports."),
    "renamed": _l("This name cannot be, or another report of yours has it. Choose another."),
}
NOTHING = "–"
MOST_NAMED = 4


def op(column: str, found: Op) -> object:
    """How a condition on this column asks."""
    return DAY_OPS.get(found, OPS[found]) if COLUMNS[column].kind is Kind.DAY else OPS[found]


def choice(column: str, value: str) -> str:
    return str(_CHOICES.get(column, {}).get(value, value))


def title(head: Head) -> str:
    """What stands over a column of the table."""
    if head.key == COUNT:
        return _("Accounts")
    name = str(TITLES[head.key])
    if head.how is None:
        return name
    how = f"{name} – {HOWS[head.how]}"
    return f"{how} ({head.currency})" if head.currency else how


def sort_title(key: str, group: str) -> str:
    """What lines are sorted by."""
    if key == GROUP:
        return str(TITLES[group])
    if key == COUNT:
        return _("Accounts")
    how, _colon, column = key.rpartition(":")
    return title(Head(column, How(how) if how else None))


def text(head: Head, value: Value, currency: str = "") -> str:
    """A value as it is read. A day that makes a group is its month."""
    kind = COLUMNS[head.key].kind if head.key in COLUMNS else Kind.NUMBER
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return customer_words.flag(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, str):
        return choice(head.key, value)
    if kind is Kind.MONEY:
        return formats.money(value, head.currency or currency)
    if kind is Kind.PERCENT:
        return _("%(number)s %%", number=formats.number(round(value, 1)))
    return formats.number(round(value, 1))


def month(value: Value) -> str:
    return str(format_skeleton("yMMMM", value, locale=get_locale())) if isinstance(value, date) else NOTHING


def group_text(head: Head, value: Value) -> str:
    """The name of a group."""
    if value is None:
        return _("Not told")
    return month(value) if isinstance(value, date) else text(head, value)


def conditions(definition: Definition) -> list[str]:
    """The filters in words."""
    return [_condition(one) for one in definition.conditions]


def _condition(one: Condition) -> str:
    name = str(TITLES[one.column])
    if one.op is Op.NEXT:
        return _("%(column)s in the next %(days)s days", column=name, days=one.value)
    if one.op is Op.PAST:
        return _("%(column)s in the last %(days)s days", column=name, days=one.value)
    return " ".join([name, str(op(one.column, one.op)), _value(one)]).strip()


def _value(one: Condition) -> str:
    match COLUMNS[one.column].kind if one.value else None:
        case None:
            return ""
        case Kind.WORD:
            return choice(one.column, one.value)
        case Kind.FLAG:
            return customer_words.flag(one.value == "true")
        case Kind.DAY:
            return formats.day(date.fromisoformat(one.value))
        case Kind.TEXT:
            return f"“{one.value}”"
        case _:
            return formats.number(float(one.value))


def summary(definition: Definition) -> Iterable[str]:
    """What a report shows, in a few words, for the list of reports."""
    if definition.group:
        yield _("by %(column)s", column=TITLES[definition.group])
    else:
        yield ", ".join(str(TITLES[key]) for key in definition.columns[:4]) + (
            "…" if len(definition.columns) > 4 else ""
        )
    yield from conditions(definition)[:2]


def numbers(table: ReportTable) -> frozenset[int]:
    """The places of the columns whose values are numbers."""
    return frozenset(
        place
        for place, head in enumerate(table.heads)
        if head.key not in COLUMNS or head.how or COLUMNS[head.key].kind in NUMBERS
    )


def counted(accounts: int) -> str:
    return _n("%(shown)s account", "%(shown)s accounts", accounts, shown=formats.number(accounts))


def cells(table: ReportTable, line: Line) -> list[str]:
    """A line as it is read."""
    if table.is_grouped:
        head, *others = table.heads
        return [group_text(head, line.values[0]), *map(text, others, line.values[1:])]
    return list(map(text, table.heads, line.values, line.currencies))


def total_cells(table: ReportTable) -> list[str]:
    """The last line under groups; empty under accounts, whose figures stand by themselves."""
    if not table.is_grouped:
        return []
    return [_("Total"), *(text(head, value) for head, value in zip(table.total_heads, table.totals, strict=True))]


def totals(table: ReportTable) -> list[tuple[str, str]]:
    """The figures over all accounts, each with its name; none beside groups."""
    if table.is_grouped:
        return []
    return [(title(head), text(head, value)) for head, value in zip(table.total_heads, table.totals, strict=True)]
