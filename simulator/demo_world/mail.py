"""Mail between the company and its customers: threads with answers both ways, and automatic replies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from relationship.activities import Kind
from simulator.demo_world.customers import Lead
from simulator.demo_world.days import in_paris, is_working, office_time
from simulator.demo_world.deals import Deal
from simulator.demo_world.diary import Diary
from simulator.demo_world.names import DEAL_SUBJECTS, LEAD_SUBJECTS, REMINDER_SUBJECTS
from simulator.demo_world.stories import Exchange, exchanges
from simulator.world import Source

AUTOMATIC_REPLY = "Réponse automatique : "
# Share of the mails about a deal that somebody also filed in the CRM.
TRACKED = 0.2


@dataclass(frozen=True, slots=True)
class Circle:
    """Who writes to whom: the first on each side most often, the others now and then."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def office_hour(rng: Random, day: date) -> datetime:
    """Some moment of a day between 8:30 and 18:30 in Paris."""
    return in_paris(day, 8, 30) + timedelta(seconds=rng.randrange(10 * 3600))


def answer_delay(rng: Random) -> timedelta:
    """Most answers come within hours, some take two days."""
    return timedelta(minutes=min(2880.0, 8 + rng.lognormvariate(4.2, 1.1)))


def write_deal_mails(rng: Random, diary: Diary, deal: Deal) -> list[Exchange]:
    """All mails of a deal; returns the exchanges they come from."""
    opportunity = deal.opportunity
    circle = Circle((opportunity.owner_id, *opportunity.team_ids), opportunity.contact_ids)
    told = list(exchanges(rng, deal.story, opportunity.created_on, deal.ends))
    for exchange in told:
        subjects = REMINDER_SUBJECTS if exchange.quiet and exchange.from_us and rng.random() < 0.6 else DEAL_SUBJECTS
        subject = rng.choice(subjects).format(product=deal.product, year=exchange.day.year)
        write_thread(rng, diary, circle, exchange, subject, regarding=opportunity.id)
    return told


def write_lead_mails(rng: Random, diary: Diary, lead: Lead, today: date) -> None:
    """A few mails with a lead over the last months; some leads were never written to."""
    circle = Circle((lead.owner_id,), (lead.person.id,))
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4))):
        day = today - timedelta(days=rng.randint(1, 120))
        turns = rng.choice((1, 1, 2, 3))
        write_thread(
            rng, diary, circle, Exchange(day, rng.random() < 0.6, turns, turns == 1), rng.choice(LEAD_SUBJECTS)
        )


def write_thread(
    rng: Random, diary: Diary, circle: Circle, exchange: Exchange, subject: str, *, regarding: str | None = None
) -> None:
    """One thread: the sides take turns, each answer to the one before. Some of it is filed in the CRM."""
    us = circle.ours[0] if rng.random() < 0.85 else rng.choice(circle.ours)
    them = circle.theirs[0] if rng.random() < 0.6 else rng.choice(circle.theirs)
    copied = [p for p in circle.ours if p != us and rng.random() < 0.3]
    copied += [p for p in circle.theirs if p != them and rng.random() < 0.2]
    tracked = regarding is not None and rng.random() < TRACKED
    conversation = diary.new_conversation()
    at = office_hour(rng, exchange.day)
    for turn in range(exchange.turns):
        from_us = exchange.from_us == (turn % 2 == 0)
        title = subject if turn == 0 else f"RE: {subject}"
        written = diary.write(
            Kind.EMAIL, at, us if from_us else them, [them if from_us else us], cc=copied,
            regarding=regarding if tracked else None, source=Source.BOTH if tracked else Source.MSGRAPH,
            conversation=conversation, subject=title,
        )  # fmt: skip
        if not written:
            return
        if from_us and exchange.quiet:
            _automatic_reply(rng, diary, at, sender=them, to=us, subject=title, conversation=conversation)
        at = office_time(at + answer_delay(rng))


def _automatic_reply(
    rng: Random, diary: Diary, at: datetime, *, sender: str, to: str, subject: str, conversation: str
) -> None:
    """In August and at the end of the year half of the unanswered mails meet an absence message, else few."""
    away = at.month == 8 or (at.month == 12 and at.day > 20)
    if rng.random() < (0.5 if away else 0.08):
        diary.write(
            Kind.EMAIL, at + timedelta(seconds=rng.randint(2, 40)), sender, [to],
            conversation=conversation, subject=AUTOMATIC_REPLY + subject,
        )  # fmt: skip


def spread(rng: Random, first: date, last: date, gap: float) -> Iterable[date]:
    """Working days from first to last, about `gap` days apart."""
    at = first + timedelta(days=rng.uniform(0, gap))
    while at <= last:
        if is_working(at):
            yield at
        at += timedelta(days=max(1, round(gap * rng.uniform(0.5, 1.5))))
