"""Meetings: single ones out of a deal, and series that keep their hour in Paris across summer time.

All occurrences of a series share a `conversation_id` that begins with "s". Exceptions are occurrences that
were moved or cancelled; public holidays and a few deleted occurrences are missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from relationship.activities import Kind
from simulator.demo_world.company import Company
from simulator.demo_world.days import DAY, in_paris, is_working, monthly, weekly, working_day
from simulator.demo_world.deals import Deal
from simulator.demo_world.diary import Diary
from simulator.demo_world.names import MEETING_SUBJECTS, SITES
from simulator.demo_world.stories import HEALTHY, Exchange
from simulator.world import OpportunityStatus, Source, WorldStatus

# How far the calendars are filled beyond today.
AHEAD = 60 * DAY
HALF_HOURS = (9, 10, 11, 14, 15, 16, 17)


@dataclass(frozen=True, slots=True)
class Series:
    """A repeated meeting at one hour of the clock in Paris."""

    days: Iterable[date]
    hour: int
    minute: int
    minutes: int
    organiser: str
    invited: tuple[str, ...]
    subject: str
    regarding: str | None = None


def write_series(rng: Random, diary: Diary, series: Series) -> None:
    """One in twenty occurrences is moved, one in twenty-five cancelled, one in fifty gone without a trace."""
    conversation = diary.new_series()
    for day in series.days:
        lot = rng.random()
        if not is_working(day) or lot < 0.02:
            continue
        at = in_paris(day, series.hour, series.minute)
        status = WorldStatus.PLANNED if at >= diary.now else WorldStatus.DONE
        if lot < 0.06:
            status = WorldStatus.CANCELLED
        elif lot < 0.11:
            at = in_paris(working_day(day + DAY), series.hour + 2 if series.hour < 16 else 9, 30)
            status = WorldStatus.PLANNED if at >= diary.now else WorldStatus.DONE
        diary.write(
            Kind.MEETING, at, series.organiser, series.invited, minutes=series.minutes, status=status,
            regarding=series.regarding, conversation=conversation, subject=series.subject,
        )  # fmt: skip


def write_internal_series(rng: Random, diary: Diary, company: Company, first: date, today: date) -> None:
    """Monday's sales meeting of each region, the forecast on Friday, the monthly committee of the management."""
    monday = first + (7 - first.weekday()) % 7 * DAY
    last = today + AHEAD
    head = company.ids("executive")[0]
    for place, manager in enumerate(company.ids("manager")):
        team = tuple(company.team_of(manager))
        write_series(rng, diary, Series(weekly(monday, last), 9, 0, 60, manager, team, "Réunion commerciale"))
        forecast = Series(
            weekly(monday + 4 * DAY, last), 11, 30, 30, manager, (*team, company.ids("executive")[1]), "Prévisions"
        )
        write_series(rng, diary, forecast)
        tuesday = monday + (1 + 7 * (place % 3)) * DAY
        write_series(rng, diary, Series(monthly(tuesday, last), 14, 0, 90, head, (manager,), "Revue de région"))
    board = tuple(company.ids("executive")[1:] + company.ids("manager"))
    write_series(rng, diary, Series(monthly(monday + 3 * DAY, last), 10, 0, 120, head, board, "Comité de direction"))


def write_deal_meetings(rng: Random, diary: Diary, deal: Deal, told: Sequence[Exchange]) -> None:
    """After some answered exchanges the two sides meet; healthy deals have a date ahead, some a series."""
    for exchange in told:
        if exchange.quiet or rng.random() > deal.story.lively / 6:
            continue
        day = working_day(exchange.day + rng.randint(2, 9) * DAY)
        if day <= deal.ends + 14 * DAY:
            _write_single(rng, diary, deal, day)
    if deal.opportunity.status is OpportunityStatus.WON:
        _write_project(rng, diary, deal)
    elif deal.opportunity.status is OpportunityStatus.OPEN and deal.story is HEALTHY:
        _write_single(rng, diary, deal, working_day(deal.ends + rng.randint(2, 25) * DAY))
        if rng.random() < 0.3:
            first = working_day(max(deal.opportunity.created_on, deal.ends - 90 * DAY))
            _write_deal_series(rng, diary, deal, weekly(first, deal.ends + AHEAD, every=2), "Point projet", 30)


def _write_single(rng: Random, diary: Diary, deal: Deal, day: date) -> None:
    """A meeting; six in a hundred were cancelled, four declined by the customer."""
    opportunity = deal.opportunity
    at = in_paris(day, rng.choice(HALF_HOURS), rng.choice((0, 30)))
    lot = rng.random()
    status = WorldStatus.CANCELLED if lot < 0.06 else WorldStatus.DECLINED if lot < 0.1 else WorldStatus.DONE
    if at >= diary.now:
        status = WorldStatus.PLANNED
    tracked = rng.random() < 0.3
    subject = rng.choice(MEETING_SUBJECTS).format(product=deal.product, site=rng.choice(SITES))
    invited = [*opportunity.contact_ids[: rng.randint(1, 3)], *(p for p in opportunity.team_ids if rng.random() < 0.5)]
    diary.write(
        Kind.MEETING, at, opportunity.owner_id, invited, minutes=rng.choice((30, 45, 60, 60, 90)), status=status,
        regarding=opportunity.id if tracked else None, source=Source.BOTH if tracked else Source.MSGRAPH,
        subject=subject,
    )  # fmt: skip


def _write_project(rng: Random, diary: Diary, deal: Deal) -> None:
    """After the signature: ten weekly project meetings, then a steering committee each month for a year."""
    first = working_day(deal.ends + 7 * DAY)
    _write_deal_series(rng, diary, deal, weekly(first, first + 63 * DAY), f"Projet {deal.product}", 60)
    steering = monthly(working_day(first + 70 * DAY), min(first + 365 * DAY, diary.now.date() + AHEAD))
    _write_deal_series(rng, diary, deal, steering, "Comité de pilotage", 90)


def _write_deal_series(rng: Random, diary: Diary, deal: Deal, days: Iterable[date], subject: str, minutes: int) -> None:
    organiser = deal.opportunity.owner_id
    if deal.opportunity.status is OpportunityStatus.WON:
        organiser = deal.customer.success_id or organiser
    hour, minute = rng.choice(HALF_HOURS), rng.choice((0, 30))
    horizon = diary.now.date() + AHEAD
    within = [day for day in days if day <= horizon]
    write_series(rng, diary, Series(within, hour, minute, minutes, organiser, deal.opportunity.contact_ids, subject))
