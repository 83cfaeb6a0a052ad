"""The tab of an account with its three scores, why they stand there, how they moved, and how the product is used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from flask import Blueprint, render_template
from sqlalchemy import Connection

from relationship.clock import day_of, number_of
from relationship.signals.scores import Movement, Score, movement
from relationship.store.customers import account_facts, account_scores, customer_list, score_facts, usage
from relationship.store.customers.account_facts import AccountFacts
from relationship.store.customers.account_scores import ScoreRow
from web import formats
from web.crm_link import crm_address
from web.customers import customer_words, health_told, score_words
from web.house import house, today
from web.identity.members import for_readers, member
from web.nouns import ACCOUNTS
from web.ratings import plotted
from web.ratings.plotted import Plot
from web.recommendations import recommendation_words, recommending
from web.records import record_page, signals_section

blueprint = Blueprint("account_scores", __name__)

YEAR_DAYS, MOVED_DAYS = 365, 30
# Of the drawing of use: narrow, so that its texts can be read on a phone too.
USE_WIDTH = 420


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """row: today's; moved: since 30 days, None when it was not scored then; days: the curve, oldest first."""

    row: ScoreRow
    moved: Movement | None
    days: tuple[ScoreRow, ...]
    plot: Plot

    @property
    def name(self) -> str:
        return self.row.score.value

    @property
    def told_later(self) -> int | None:
        """The last day of the curve that was worked out later."""
        return max((one.day for one in self.days if one.told_on is not None), default=None)


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake: revenue of a year, else the open opportunities that the reader may see, with its currency."""

    value: float | None
    currency: str
    is_arr: bool
    renewal_on: date | None
    days_to_renewal: int | None


@dataclass(frozen=True, slots=True)
class UseMonth:
    """One month of use. users: mean of a day; None: not told. has_ended: whether the month is over."""

    first: date
    users: float | None
    logins: int | None
    features: int | None
    premium: int | None
    seats: int | None
    has_ended: bool


@blueprint.get("/accounts/<guid>/scores")
@for_readers
def page(guid: str) -> str:
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        number = found.record.id
        facts = account_facts.facts_of(conn, number)
        cards = score_cards(conn, number)
        months = use_months(conn, number)
        at_stake = stake(conn, found.record.guid, facts)
        raw = raw_figures(conn, number, found.record.guid)
        signals = signals_section.of_account(conn, number, found.record.guid)
        head = health_told.head(conn, number)
        advice = recommending.about_scores(conn, number, found.record.guid)
    return render_template(
        "account/scores.html",
        noun=ACCOUNTS,
        record=found.record,
        crm_address=crm_address(house().config.dataverse_url, found.record.kind, found.record.guid),
        cards=cards,
        raw=raw,
        months=months,
        use_plot=_use_plot(months),
        stake=at_stake,
        moved_days=MOVED_DAYS,
        score_words=score_words,
        recommendations=advice,
        advice_words=recommendation_words,
        customer_words=customer_words,
        **head,
        **signals,
    )


def score_cards(conn: Connection, account_id: int) -> list[ScoreCard]:
    """The scores of an account, in their order; none while too little is known."""
    now = account_scores.latest(conn, account_ids=[account_id]).get(account_id, {})
    curve = account_scores.curve(conn, account_id, since=today() - YEAR_DAYS)
    cards = []
    for score in Score:
        if (row := now.get(score)) is None:
            continue
        then = account_scores.before(conn, day=row.day - MOVED_DAYS, account_ids=[account_id]).get(account_id, {})
        moved = movement(then[score].reasons, row.reasons) if score in then else None
        days = tuple(one for one in curve if one.score is score)
        cards.append(ScoreCard(row, moved, days, _curve([(one.day, float(one.value)) for one in days])))
    return cards


def raw_figures(conn: Connection, account_id: int, guid: str) -> dict[str, str]:
    """The inputs of the scores as people read them, by reason; what nobody told is not there, and no count of deals of
    which the reader may not see each."""
    found = score_facts.of_one(conn, account_id, today=today())
    won, lost = int(found.won[0]), int(found.lost[0])
    shown: tuple[tuple[str, float, Callable[[float], str]], ...] = (
        ("use_level", float(found.use_level[0]), formats.percent),
        ("use_change", float(found.use_change[0]), score_words.change),
        ("engagement", float(found.engagement[0]), score_words.of_hundred),
        ("satisfaction", float(found.satisfaction[0]), score_words.of_hundred),
        ("tenure", float(found.years[0]), score_words.years),
    )
    told = {name: write(value) for name, value, write in shown if not isnan(value)}
    if won + lost and customer_list.sees_all_deals(conn, guid, scope=member().scope):
        told["outcomes"] = score_words.outcomes(won, lost)
    return told


def use_months(conn: Connection, account_id: int) -> list[UseMonth]:
    """The use of the last twelve months and of this one, oldest first; months without figures are left out."""
    now = day_of(today())
    since = number_of(now.replace(year=now.year - 1, day=1))
    found = usage.spans(conn, usage.MONTH, since=since, until=today(), account_ids=[account_id])
    return [
        UseMonth(
            first=day_of(int(found.start[place])),
            users=_told(found.active_users[place] / found.active_days[place]) if found.active_days[place] else None,
            logins=_whole(found.logins[place]),
            features=_whole(found.features_used[place]),
            premium=_whole(found.premium_features[place]),
            seats=_whole(found.seats[place]),
            has_ended=day_of(int(found.start[place])) < now.replace(day=1),
        )
        for place in range(len(found.start))
    ]


def stake(conn: Connection, account_guid: str, facts: AccountFacts | None) -> Stake:
    """What would be lost with the account: its revenue of a year, else its open opportunities."""
    renewal = facts.renewal_on if facts else None
    days = number_of(renewal) - today() if renewal else None
    if facts and facts.arr is not None:
        return Stake(facts.arr, facts.currency, True, renewal, days)
    value, currency = customer_list.open_value(conn, account_guid, scope=member().scope)
    return Stake(value, currency, False, renewal, days)


def _curve(days: Sequence[tuple[int, float]]) -> Plot:
    return plotted.plot(days, since=today() - YEAR_DAYS, until=today(), most=100, month_name=formats.month, width=320)


def _use_plot(months: Sequence[UseMonth]) -> Plot | None:
    """Columns of daily users by month, or of log-ins where nobody told users; None without either."""
    by_users = any(one.users is not None for one in months)
    figures = [(one.first, one.users if by_users else one.logins) for one in months]
    told = [(number_of(first), float(value)) for first, value in figures if value is not None]
    if not told:
        return None
    now = day_of(today())
    since = number_of(now.replace(year=now.year - 1, day=1))
    most = plotted.round_top(max(value for _day, value in told))
    return plotted.plot(told, since=since, until=today() + 15, most=most, month_name=formats.month, width=USE_WIDTH)


def _told(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _whole(value: float) -> int | None:
    return None if isnan(value) else int(value)
