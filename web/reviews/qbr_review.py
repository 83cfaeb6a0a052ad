"""What a business review of an account shows: read from what is known, told in the reader's language."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from sqlalchemy import Connection

from relationship.access import HealthRight
from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of, number_of
from relationship.health.trend import CurvePoint
from relationship.signals.qbr import TOLD_TO_CUSTOMERS, Audience, Period, Review, Series, Span, Texts
from relationship.signals.recommendations import Recommendation
from relationship.signals.standing import ACTING, State
from relationship.store.crm import related_records
from relationship.store.customers import account_facts, account_health, account_scores, health_in_force, usage
from relationship.store.signals import callings, recommendation_acts, signal_lists, signals
from relationship.store.signals.recommendation_acts import OneAct
from relationship.store.signals.signals import SignalRow
from web import formats
from web.customers import score_words
from web.house import house
from web.identity import rights
from web.identity.members import member
from web.languages import language
from web.recommendations import recommendation_words, recommending
from web.records.record_page import Relationship
from web.reviews import qbr_goals
from web.texts import _, _n

MOST_SIGNALS, MOST_DEALS, MOST_DONE = 12, 10, 10
_GOOD = frozenset({"H-P4", "H-P5", "H-P6"})


@dataclass(frozen=True, slots=True)
class ToldHealth:
    """The health score in force, and the source that told it."""

    score: int
    source: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A review, and the texts it begins with."""

    review: Review
    drafted: Texts


def prepare(conn: Connection, found: Relationship, period: Period, audience: Audience) -> Prepared:
    """Everything as it is known now; what lies after today is not there yet. Drafted texts are for the customer."""
    record = found.record
    last = min(number_of(period.ends_on), found.as_of)
    first = number_of(period.starts_on)
    by_month = _contact_days(found, period, last)
    contacts = sum(filter(None, by_month))
    earlier = sum(filter(None, _contact_days(found, period.before, None)))
    use = _use(conn, record.id, period, last)
    within = audience is Audience.INTERNAL
    deals = _deals(conn, record.guid, stages=within)
    risks, chances = _signals(conn, record.id, first, last, None if within else TOLD_TO_CUSTOMERS)
    facts = account_facts.facts_of(conn, record.id)
    scores = _scores(conn, record.id, first, last)
    told = _told_health(conn, record.id)
    figures = [
        (_("Days with contact"), _("%(now)s (before: %(before)s)", now=contacts, before=earlier)),
    ]
    if within:
        points = [float(one.score) for one in _points(found, first, last)]
        figures.append((_("Relationship score"), _movement(points)))
    if facts is not None and facts.arr is not None:
        figures.append((_("Annual revenue"), formats.money(facts.arr, facts.currency)))
    if facts is not None and facts.renewal_on is not None:
        figures.append((_("Renewal"), formats.day(facts.renewal_on)))
    labels = tuple(formats.short_month(month) for month in period.months)
    review = Review(
        account=record.name,
        title=_("Business review"),
        period=name_of(period),
        made=_("As of %(day)s", day=formats.day(found.as_of, "long")),
        figures=tuple(figures),
        contacts=Series(
            _("Days with contact per month"),
            labels,
            tuple(None if value is None else float(value) for value in by_month),
        ),
        curve=_monthly(_("Relationship score"), labels, period, _points(found, first, last) if within else []),
        use_figures=tuple(_use_figures(use, scores, told, within=within)),
        use=Series(_("Active users a day, mean of the month"), labels, use),
        health=_health_curve(labels, period, scores, told, within=within),
        risks=tuple(risks),
        opportunities=tuple(chances),
        deals=tuple(deals),
        done=tuple(_done(conn, record.id, period)),
        headings=_headings(),
    )
    computed = [*scores.get("health", {}).values()]
    health = told.score if told else round(computed[-1]) if computed else None
    return Prepared(review, _drafted(conn, found, review, contacts, earlier, health))


def name_of(period: Period) -> str:
    """How a period is called."""
    year = period.starts_on.year
    if period.span is Span.YEAR:
        return str(year)
    if period.span is Span.HALF:
        return _("Half-year %(n)s of %(year)s", n=period.number, year=year)
    return _("Quarter %(n)s of %(year)s", n=period.number, year=year)


def _headings() -> dict[str, str]:
    return {
        "review": _("Review of the period"),
        "use": _("Use and health"),
        "outlook": _("Opportunities and risks"),
        "plan": _("Action plan"),
        "risks": _("Risks"),
        "opportunities": _("Opportunities"),
        "deals": _("Open deals"),
        "done": _("What was done"),
        "what": _("Goal"),
        "measure": _("How it is measured"),
        "who": _("Who"),
        "due": _("Due on"),
        "page": _("Page"),
    }


def _drafted(
    conn: Connection, found: Relationship, review: Review, contacts: int, earlier: int, health: int | None
) -> Texts:
    """Texts that make sense as they are."""
    record = found.record
    told = _n("%(num)s day with contact", "%(num)s days with contact", contacts)
    before = _n("%(num)s in the period before", "%(num)s in the period before", earlier)
    summary = [_("%(told)s, %(before)s.", told=told, before=before)]
    if review.use.is_empty:
        use = _("Nothing is known about the use of the product in this period.")
    else:
        use = _("Active users a day: %(values)s.", values=_movement([v for v in review.use.values if v is not None]))
    risks = _n("%(num)s risk", "%(num)s risks", len(review.risks))
    chances = _n("%(num)s opportunity", "%(num)s opportunities", len(review.opportunities))
    outlook = ""
    if review.risks or review.opportunities:
        outlook = _("%(risks)s and %(chances)s were seen in this period.", risks=risks, chances=chances)
    items = recommending.of_account(conn, record.id, record.guid)
    planned = qbr_goals.goals(items, review, recommending.section(conn).high(), health=health)
    return Texts(" ".join(summary), use, outlook, planned)


def _contact_days(found: Relationship, period: Period, last: int | None) -> list[int | None]:
    """How many days of each month had contact; None for a month that has not begun."""
    days = np.unique(found.days.day)
    return [
        int(np.sum((days >= first) & (days <= until))) if until >= first else None
        for first, until in _months(period, last)
    ]


def _months(period: Period, last: int | None) -> list[tuple[int, int]]:
    """First and last day number of each month, none after `last`."""
    starts = [number_of(month) for month in period.months]
    ends = [*(start - 1 for start in starts[1:]), number_of(period.ends_on)]
    return [(start, end if last is None else min(end, last)) for start, end in zip(starts, ends, strict=True)]


def _points(found: Relationship, first: int, last: int) -> list[CurvePoint]:
    return [point for point in found.points if first <= point.day <= last]


def _monthly(title: str, labels: tuple[str, ...], period: Period, points: Sequence[CurvePoint]) -> Series:
    known = {point.day: float(point.score) for point in points}
    return Series(title, labels, _last_of_months(period, known), "line", 100.0)


def _last_of_months(period: Period, known: dict[int, float]) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for first, until in _months(period, None):
        days = [day for day in known if first <= day <= until]
        found.append(known[max(days)] if days else None)
    return tuple(found)


def _use(conn: Connection, account_id: int, period: Period, last: int) -> tuple[float | None, ...]:
    since = number_of(period.starts_on)
    if last < since:
        return (None,) * len(period.months)
    spans = usage.spans(conn, usage.MONTH, since=since, until=last, account_ids=[account_id])
    means = {
        int(start): float(users / days)
        for start, users, days in zip(spans.start, spans.active_users, spans.active_days, strict=True)
        if days and not np.isnan(users)
    }
    return tuple(means.get(number_of(month)) for month in period.months)


def _told_health(conn: Connection, account_id: int) -> ToldHealth | None:
    """The health in force where a score is told, for whoever may see the health fields."""
    if not member().may(HealthRight.LIST):
        return None
    found = health_in_force.of(conn, [account_id]).get(account_id)
    return ToldHealth(found.score, found.score_source) if found is not None and found.score is not None else None


def _health_curve(
    labels: tuple[str, ...],
    period: Period,
    scores: dict[str, dict[int, float]],
    told: ToldHealth | None,
    *,
    within: bool,
) -> Series:
    """The health we compute. Where another source's is in force, customers read that alone: not two healths."""
    ours = told is None or told.source == account_health.COMPUTED
    title = _("Customer health") if ours else _("Computed customer health")
    known = scores.get("health", {}) if ours or within else {}
    return Series(title, labels, _last_of_months(period, known), "line", 100.0)


def _use_figures(
    use: Sequence[float | None],
    scores: dict[str, dict[int, float]],
    told: ToldHealth | None,
    *,
    within: bool,
) -> list[tuple[str, str]]:
    """The health in force, and how the one we compute moved. within: with the scores that are ours alone."""
    known = [value for value in use if value is not None]
    found = [(_("Active users a day"), _movement(known))] if known else []
    if told is not None:
        value = formats.number(told.score)
        if within:
            source = str(score_words.SOURCES.get(told.source, told.source))
            value = _("%(value)s (%(source)s)", value=value, source=source)
        found.append((_("Customer health"), value))
    if not within:
        return found
    names = {"health": _("Computed customer health"), "churn": _("Churn risk"), "upsell": _("Upsell score")}
    for score, name in names.items():
        values = list(scores.get(score, {}).values())
        if values:
            found.append((name, _movement(values)))
    return found


def _scores(conn: Connection, account_id: int, first: int, last: int) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in account_scores.curve(conn, account_id, since=first):
        if row.day <= last:
            found.setdefault(row.score.value, {})[row.day] = float(row.value)
    return found


def _movement(values: Sequence[float]) -> str:
    """The first and the last value; a dash for none."""
    if not values:
        return formats.NOTHING
    first, last = round(values[0]), round(values[-1])
    return formats.number(last) if first == last else f"{formats.number(first)} → {formats.number(last)}"


def _signals(
    conn: Connection, account_id: int, first: int, last: int, detectors: Collection[str] | None
) -> tuple[list[str], list[str]]:
    """Risks and opportunities that were there in the period. detectors: whose signals are shown, None for all."""
    rows = signals.of_account(conn, account_id) + signals.of_account(conn, account_id, ended=True)
    subjects = {one.cause.number: one.subject for one in callings.of_signals(conn, [row.id for row in rows])}
    seen = rights.among(subjects.values())
    risks: list[str] = []
    chances: list[str] = []
    for row in rows:
        if subjects[row.id] not in seen or (detectors is not None and row.detector not in detectors):
            continue
        over = row.ended_at.astimezone(house().config.zone).date() if row.ended_at else None
        if row.first_seen > last or (over is not None and number_of(over) < first):
            continue
        good = row.family == "opportunity" or row.detector in _GOOD
        (chances if good else risks).append(_signal_line(row, over))
    return risks[:MOST_SIGNALS], chances[:MOST_SIGNALS]


def _signal_line(row: SignalRow, over: date | None) -> str:
    title = str(recommendation_words.trigger(row.detector))
    since = formats.day(day_of(row.first_seen))
    if over is None:
        return _("%(title)s, since %(day)s", title=title, day=since)
    return _("%(title)s, from %(day)s to %(over)s", title=title, day=since, over=formats.day(over))


def _deals(conn: Connection, guid: str, *, stages: bool) -> list[tuple[str, str, str]]:
    scope = member().scope
    found = related_records.opportunities_of_account(conn, guid, scope=scope, limit=MOST_DEALS)
    seen = rights.among(found.refs)
    return [
        (row.name, formats.stage(row.stage) if stages else "", formats.money(row.value, row.currency))
        for row in found.rows
        if RecordRef(RecordKind(row.kind), row.guid) in seen
    ]


def _done(conn: Connection, account_id: int, period: Period) -> list[str]:
    """What was done about recommendations, without who did it, and not about deals that the reader may not see."""
    zone = house().config.zone
    since = datetime.combine(period.starts_on, time(0), zone)
    until = datetime.combine(period.ends_on + timedelta(days=1), time(0), zone)
    acts = recommendation_acts.of_account(conn, account_id, since=since, until=until)
    titles = {one.key: one.pure() for one in recommending.section(conn).catalogue}
    done = [one for one in acts if one.deed in ACTING and one.state is State.MADE]
    deals = signal_lists.names(conn, {one.record_id for one in done if one.record_id is not None})
    seen = rights.among(ref for ref, *_ in deals.values())
    shown = {None, *(number for number, (ref, *_) in deals.items() if ref in seen)}
    return [_done_line(one, titles) for one in done if one.record_id in shown][-MOST_DONE:]


def _done_line(one: OneAct, titles: dict[str, Recommendation]) -> str:
    entry = titles.get(one.recommendation)
    name = entry.words(language()).title if entry is not None else one.recommendation
    return f"{formats.local_day(one.at)} · {name} · {recommendation_words.deed(one.deed, one.state)}"
