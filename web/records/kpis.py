"""The key figures of one record for one reader: read once, shown by the page and told by the API.

What a reader sees of colleagues: totals of all of us; of one other colleague a band and a month, and nothing that
rates anybody. Reply figures stand only where they are of several colleagues, or the reader's own.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.activities import Kind, RecordKind
from relationship.clock import number_of
from relationship.graph.visibility import GROUP_MINIMUM, CountBand, count_band, month_of
from relationship.health.contact_days import KIND_INDEX, ContactDays
from relationship.health.kpis import effort, most, reach
from relationship.health.kpis.contact import RECENT_DAYS
from relationship.health.kpis.effort import Effort, Exchange, Traffic
from relationship.health.kpis.most import MOST, Contacted, InTouch
from relationship.health.kpis.reach import Breadth
from relationship.health.kpis.replies import Answers, replies
from relationship.health.rules import HealthRules
from relationship.knowing import SEES_TIES
from relationship.store.knows import reading_targets
from relationship.store.reading import reading_exchanges, reading_reach
from relationship.store.reading.reading_exchanges import LatestActivity, Period
from relationship.store.reading.reading_record import RatedRecord
from relationship.store.reading.reading_scope import Scope
from web.house import house
from web.identity.members import Member

# The latest e-mails that replies are looked for in.
MOST_MAILS = 300
MOST_NEGLECTED = 10
SEVERAL_PEOPLE = frozenset({RecordKind.ACCOUNT, RecordKind.OPPORTUNITY})
# Reply figures of fewer colleagues would be somebody's own.
LEAST_COLLEAGUES = 2

_BAND_ORDER = (CountBand.FROM_20, CountBand.FROM_5_TO_19, CountBand.UNDER_5)


@dataclass(frozen=True, slots=True)
class SeenColleague:
    """A colleague in touch with the record's people. days, last_day: exactly, of the reader alone."""

    name: str
    band: CountBand
    last_month: tuple[int, int]
    is_reader: bool = False
    days: int | None = None
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class NeglectedPerson:
    """days: calendar days since the last contact, None for never."""

    guid: str
    name: str
    job_title: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """people: the first of the neglected; total: how many there are. within_days: as in `Breadth`."""

    people: tuple[NeglectedPerson, ...]
    total: int
    breadth: Breadth


@dataclass(frozen=True, slots=True)
class Figures:
    """All key figures of one record.

    since, until  the period, day numbers, both included
    by_us         None where it would be the figure of one colleague
    most          None for a record that is one person;  reach: None there, and for a closed record
    by            None for a reader who sees no ties of colleagues
    waits         whether `most` and `reach` are missing because what the reader may read is still being read
    """

    since: int
    until: int
    traffic: tuple[Traffic, ...]
    effort: Effort
    by_us: Answers | None
    by_them: Answers
    latest: LatestActivity | None
    days: tuple[tuple[int, str, int], ...]
    most: tuple[Contacted, ...] | None
    by: tuple[SeenColleague, ...] | None
    reach: Reach | None
    waits: bool

    @property
    def ratio(self) -> float | None:
        """E-mails sent for each one received."""
        return effort.ratio(self.traffic[0])


def figures(
    conn: Connection, record: RatedRecord, days: ContactDays, rules: HealthRules, *, as_of: int, reader: Member
) -> Figures:
    """The key figures of a record on a day (day number), as far as this reader may see them."""
    period = Period(as_of - RECENT_DAYS + 1, as_of)
    exchanges = [*_mails(days, period), *reading_exchanges.exchanges(conn, record.id, period)]
    found = replies(reading_exchanges.mails(conn, record.id, period, most=MOST_MAILS), now=house().clock())
    scope = _scope(record, reader)
    return Figures(
        since=period.since,
        until=period.until,
        traffic=effort.traffic(exchanges),
        effort=effort.effort(exchanges),
        by_us=found.by_us if _may_see_replies(conn, found.by_us, reader) else None,
        by_them=found.by_them,
        latest=reading_exchanges.latest(conn, record.id, as_of),
        days=tuple(reading_exchanges.day_counts(conn, record.id, period)),
        most=None if scope is None else most.most_contacted(reading_reach.contacted(conn, record, period, scope=scope)),
        by=_seen(reading_reach.in_touch(conn, record, period), reader),
        reach=None if scope is None or record.closed else _reach(conn, record, rules, as_of, scope),
        waits=scope is None and record.kind in SEVERAL_PEOPLE,
    )


def _scope(record: RatedRecord, reader: Member) -> Scope | None:
    """Within which the record's people are told; None for a record that is one person, and until it is known."""
    if record.kind not in SEVERAL_PEOPLE:
        return None
    scope = reader.scope
    return scope if scope.knows(RecordKind.CONTACT) else None


def _mails(days: ContactDays, period: Period) -> list[Exchange]:
    """The e-mails of a period, from the days of contact."""
    chosen = (days.kind == KIND_INDEX[Kind.EMAIL]) & (days.day >= period.since) & (days.day <= period.until)
    return [
        Exchange(Kind.EMAIL, ours=True, count=int(days.ours[chosen].sum())),
        Exchange(Kind.EMAIL, ours=False, count=int(days.theirs[chosen].sum())),
    ]


def _may_see_replies(conn: Connection, ours: Answers, reader: Member) -> bool:
    """Whether our replies are those of a team and not of one colleague, unless he is the reader."""
    if len(ours.people) >= (LEAST_COLLEAGUES if reader.roles & SEES_TIES else GROUP_MINIMUM) or not ours.asked:
        return True
    return reading_targets.colleague_keys(conn, [-number for number in ours.people]) == {reader.oid}


def _seen(found: list[InTouch], reader: Member) -> tuple[SeenColleague, ...] | None:
    """The first three by what may be seen of them, so that their order tells no more than that."""
    if not reader.roles & SEES_TIES:
        return None
    seen = [
        SeenColleague(one.name, count_band(one.days), month_of(one.last_day), True, one.days, one.last_day)
        if one.key == reader.oid
        else SeenColleague(one.name, count_band(one.days), month_of(one.last_day))
        for one in found
    ]
    seen.sort(key=lambda one: (_BAND_ORDER.index(one.band), [-part for part in one.last_month], one.name))
    return tuple(seen[:MOST])


def _reach(conn: Connection, record: RatedRecord, rules: HealthRules, as_of: int, scope: Scope) -> Reach:
    people = reading_reach.known_people(conn, record, scope=scope)
    expected = rules.frequency.days
    created = number_of(record.created_on)
    late = reach.neglected(people, today=as_of, created=created, expected_days=expected)
    shown = late[:MOST_NEGLECTED]
    names = reading_reach.named(conn, [one.key for one in shown])
    return Reach(
        tuple(
            NeglectedPerson(names[one.key].guid, names[one.key].name, names[one.key].job_title, one.days)
            for one in shown
        ),
        len(late),
        reach.breadth(people, today=as_of, expected_days=expected),
    )
