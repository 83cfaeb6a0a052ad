"""Named queries of the list of open signals: one page, how many of each family, all of them for a file."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlakeyset
import sqlalchemy as sa
from sqlakeyset.serial import BadBookmark, InvalidPage
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.customers.customer_tables import ACCOUNT_EVENT
from relationship.store.lists.searching import folded
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.reading.reading_scope import Scope, may_be_read, owned_by
from relationship.store.signals.signal_tables import SIGNAL
from relationship.store.signals.signals import COLUMNS, SignalRow, row_of
from relationship.store.tables import table

_subject = table(Record)
_account = _subject.alias("signal_account")
_deal = _subject.alias("signal_deal")
_owner = table(Colleague).alias("signal_owner")


@dataclass(frozen=True, slots=True)
class SignalFilters:
    """What is left out of the list; '' and None: nothing.

    detectors   only of these;  account: GUID;  words: in the name of record or account
    owner_key   whose record it is, a colleague;  owner_guid: the same as a systemuser;  team: name of its business unit
    least, most value at stake in the organisation's own currency
    ended       those that are over instead of those that are open
    """

    family: str = ""
    detectors: frozenset[str] = frozenset()
    account: str = ""
    owner_key: str | None = None
    owner_guid: str = ""
    team: str = ""
    words: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class ListedSignal:
    """A signal with what it is about. value: at stake; of an account its revenue of a year, else its open deals."""

    signal: SignalRow
    kind: RecordKind
    guid: str
    name: str
    account_guid: str
    account: str
    owner: str
    value: float | None
    currency: str

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.kind, self.guid)


@dataclass(frozen=True, slots=True)
class SignalPage:
    """rows, and the places from which the next and the previous page are read (None at an end)."""

    rows: tuple[ListedSignal, ...]
    next_place: str | None
    previous_place: str | None


SORTS = ("value", "strength", "since")
MOST_OFFERED = 300


_FROM = (
    SIGNAL.join(_subject, _subject.c.id == SIGNAL.c.subject_id)
    .outerjoin(_account, _account.c.id == SIGNAL.c.account_id)
    .outerjoin(_owner, _owner.c.systemuser_guid == _subject.c.owner_guid)
)


def signal_page(
    conn: Connection, *, scope: Scope, filters: SignalFilters, sort: str, size: int, place: str | None = None
) -> SignalPage:
    """One keyset page of open signals, the largest first; ValueError for a place that is none."""
    query = _ordered(scope, filters, sort)
    try:
        page: Any = sqlakeyset.select_page(conn, query, per_page=size, page=place)
    except (BadBookmark, InvalidPage) as error:
        raise ValueError("not a place in this list") from error
    paging = page.paging
    return SignalPage(
        tuple(_row(row) for row in page),
        paging.bookmark_next if paging.has_next else None,
        paging.bookmark_previous if paging.has_previous else None,
    )


def all_signals(
    conn: Connection, *, scope: Scope, filters: SignalFilters, sort: str, limit: int
) -> Iterator[ListedSignal]:
    """The whole list in its order, up to `limit`."""
    for row in conn.execute(_ordered(scope, filters, sort).limit(limit)):
        yield _row(row)


def counts(conn: Connection, *, scope: Scope, filters: SignalFilters) -> dict[str, int]:
    """How many signals of each family the other filters leave."""
    query = _listed(scope, filters, any_family=True).with_only_columns(SIGNAL.c.family, sa.func.count())
    return dict(conn.execute(query.group_by(SIGNAL.c.family)).all())


@dataclass(frozen=True, slots=True)
class Offered:
    """What the list can be narrowed to, each by name: owners by systemuser, teams, accounts by GUID."""

    owners: dict[str, str]
    teams: tuple[str, ...]
    accounts: dict[str, str]


def offered(conn: Connection, *, scope: Scope) -> Offered:
    """The owners, teams and accounts of open signals that the reader may see, at most MOST_OFFERED of each."""
    query = _listed(scope, SignalFilters()).order_by(None)
    name = sa.func.coalesce(sa.func.nullif(_owner.c.crm_name, ""), _owner.c.name, "")
    owners = query.with_only_columns(_subject.c.owner_guid, name).where(name != "")
    teams = query.with_only_columns(_subject.c.team_name).where(_subject.c.team_name != "")
    ids = query.with_only_columns(SIGNAL.c.account_id)
    accounts = sa.select(_subject.c.guid, _subject.c.name).where(
        _subject.c.id.in_(ids), may_be_read(scope, RecordKind.ACCOUNT), _subject.c.name != ""
    )
    return Offered(
        _by_name(conn.execute(owners.distinct().order_by(_subject.c.owner_guid).limit(MOST_OFFERED)).all()),
        tuple(
            sorted(conn.scalars(teams.distinct().order_by(_subject.c.team_name).limit(MOST_OFFERED)), key=str.casefold)
        ),
        _by_name(conn.execute(accounts.order_by(_subject.c.name, _subject.c.id).limit(MOST_OFFERED)).all()),
    )


def _by_name(pairs: Iterable[Any]) -> dict[str, str]:
    return dict(sorted(map(tuple, pairs), key=lambda pair: str(pair[1]).casefold()))


def about(conn: Connection, numbers: Collection[int], *, scope: Scope) -> list[ListedSignal]:
    """These signals with what they are about, in the order of the numbers; scope: whose open deals make a value."""
    found: dict[int, ListedSignal] = {}
    for chunk in in_chunks(list(numbers)):
        query = _columns(sa.select(SIGNAL.c.id).select_from(_FROM), scope).where(SIGNAL.c.id.in_(chunk))
        found |= {row[0]: _row(row) for row in conn.execute(query)}
    return [found[number] for number in numbers if number in found]


def any_signal(conn: Connection) -> bool:
    """Whether anything was ever found."""
    return conn.scalar(sa.select(SIGNAL.c.id).limit(1)) is not None


def names(conn: Connection, record_ids: Collection[int]) -> dict[int, tuple[RecordRef, str, str]]:
    """Records that evidence refers to: reference, name and currency by id; who is left out is not among them."""
    found: dict[int, tuple[RecordRef, str, str]] = {}
    columns = _subject.c
    for chunk in in_chunks(sorted(record_ids)):
        query = sa.select(columns.id, columns.kind, columns.guid, columns.name, columns.currency).where(
            columns.id.in_(chunk), ~left_out_by_name(columns.kind, columns.guid)
        )
        found |= {row[0]: (RecordRef(RecordKind(row[1]), row[2]), row[3], row[4]) for row in conn.execute(query)}
    return found


@dataclass(frozen=True, slots=True)
class EventBehind:
    """An event that evidence refers to. about: the opportunity that it is of, else the account."""

    kind: str
    direction: str
    text: str
    source: str
    about: RecordRef


def events(conn: Connection, event_ids: Collection[int]) -> dict[int, EventBehind]:
    """Events that evidence refers to, by id."""
    found: dict[int, EventBehind] = {}
    columns = ACCOUNT_EVENT.c
    about = sa.func.coalesce(columns.record_id, columns.account_id)
    query = sa.select(
        columns.id, columns.kind, columns.direction, columns.text, columns.source, _subject.c.kind, _subject.c.guid
    ).join_from(ACCOUNT_EVENT, _subject, _subject.c.id == about)
    for chunk in in_chunks(sorted(event_ids)):
        for number, what, direction, text, source, kind, guid in conn.execute(query.where(columns.id.in_(chunk))):
            found[number] = EventBehind(what, direction, text, source, RecordRef(RecordKind(kind), guid))
    return found


def _ordered(scope: Scope, filters: SignalFilters, sort: str) -> sa.Select[Any]:
    keys = _sort_keys(sort, scope)
    return _columns(_listed(scope, filters), scope).order_by(*(sa.desc(key) for key in keys), sa.desc(SIGNAL.c.id))


def _sort_keys(sort: str, scope: Scope) -> tuple[sa.ColumnElement[Any], ...]:
    """What a list is ordered by, the largest first."""
    value = sa.func.coalesce(_compared(scope), -1.0)
    keys: dict[str, tuple[sa.ColumnElement[Any], ...]] = {
        "value": (value, SIGNAL.c.strength),
        "strength": (SIGNAL.c.strength, value),
        "since": (SIGNAL.c.first_seen, SIGNAL.c.strength),
    }
    return keys[sort]


def _value(scope: Scope) -> sa.ColumnElement[Any]:
    """At stake: of an opportunity its value, of an account its revenue of a year, else its open deals that the reader
    may see, in the account's currency; a deal whose rate of exchange nobody tells counts in its own only."""
    in_its_currency = sa.case(
        (_deal.c.currency == _subject.c.currency, _deal.c.value),
        else_=_deal.c.value / _deal.c.exchange_rate * _subject.c.exchange_rate,
    )
    deals = (
        sa.select(sa.func.sum(in_its_currency))
        .where(
            _deal.c.kind == RecordKind.OPPORTUNITY.value,
            _deal.c.status == "open",
            _deal.c.account_guid == _subject.c.guid,
            may_be_read(scope, RecordKind.OPPORTUNITY, of=_deal),
        )
        .correlate(_subject)
        .scalar_subquery()
    )
    return sa.case(
        (_subject.c.kind == RecordKind.OPPORTUNITY.value, _subject.c.value),
        else_=sa.func.coalesce(_subject.c.arr, deals),
    )


def _compared(scope: Scope) -> sa.ColumnElement[Any]:
    """What amounts of several currencies are compared by: each in the organisation's own."""
    return _value(scope) / sa.func.coalesce(_subject.c.exchange_rate, 1.0)


def _columns(query: sa.Select[Any], scope: Scope) -> sa.Select[Any]:
    owner = sa.func.coalesce(sa.func.nullif(_owner.c.crm_name, ""), _owner.c.name, "")
    return query.with_only_columns(
        *COLUMNS,
        _subject.c.kind.label("subject_kind"),
        _subject.c.guid.label("subject_guid"),
        _subject.c.name.label("subject_name"),
        sa.func.coalesce(_account.c.guid, "").label("account_guid"),
        sa.func.coalesce(_account.c.name, "").label("account_name"),
        owner.label("owner_name"),
        _value(scope).label("value_at_stake"),
        _subject.c.currency.label("value_currency"),
    )


def _listed(scope: Scope, filters: SignalFilters, *, any_family: bool = False) -> sa.Select[Any]:
    conditions: list[sa.ColumnElement[bool]] = [
        SIGNAL.c.ended_at.is_not(None) if filters.ended else SIGNAL.c.ended_at.is_(None),
        ~left_out_by_name(_subject.c.kind, _subject.c.guid),
        sa.or_(
            *(
                sa.and_(_subject.c.kind == kind.value, may_be_read(scope, kind))
                for kind in (RecordKind.ACCOUNT, RecordKind.OPPORTUNITY)
            )
        ),
    ]
    if filters.family and not any_family:
        conditions.append(SIGNAL.c.family == filters.family)
    if filters.detectors:
        conditions.append(SIGNAL.c.detector.in_(sorted(filters.detectors)))
    if filters.owner_key is not None:
        conditions.append(owned_by(filters.owner_key))
    if filters.owner_guid:
        conditions.append(_subject.c.owner_guid == filters.owner_guid)
    if filters.team:
        conditions.append(_subject.c.team_name == filters.team)
    if filters.least is not None:
        conditions.append(filters.least <= _compared(scope))
    if filters.most is not None:
        conditions.append(filters.most >= _compared(scope))
    if filters.account:
        conditions.append(_at_account(scope, _subject.c.guid == filters.account))
    for word in filters.words:
        named = _subject.c.folded.contains(folded(word), autoescape=True)
        conditions.append(sa.or_(named, _at_account(scope, named)))
    return sa.select(SIGNAL.c.id).select_from(_FROM).where(*conditions)


def _at_account(scope: Scope, which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Signals of such accounts; of an account that may not be read a filter tells nothing."""
    readable = sa.select(_subject.c.id).where(
        _subject.c.kind == RecordKind.ACCOUNT.value, which, may_be_read(scope, RecordKind.ACCOUNT)
    )
    return SIGNAL.c.account_id.in_(readable.correlate(None))


def _row(row: Any) -> ListedSignal:
    size = len(COLUMNS)
    kind, guid, name, account_guid, account, owner, value, currency = row[size : size + 8]
    return ListedSignal(
        row_of(row[:size]), RecordKind(kind), guid, name, account_guid, account, owner, value, currency or ""
    )
