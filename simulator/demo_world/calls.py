"""Calls and tasks: about deals, and calls of customers with those who look after them.

A missed call has status `declined` and no minutes: nobody spoke.
"""

from collections.abc import Sequence
from datetime import date
from random import Random

from relationship.activities import Kind
from simulator.demo_world.customers import Customer
from simulator.demo_world.days import DAY, working_day
from simulator.demo_world.deals import Deal
from simulator.demo_world.diary import Diary
from simulator.demo_world.mail import office_hour, spread
from simulator.demo_world.names import CALL_SUBJECTS, TASK_SUBJECTS
from simulator.demo_world.stories import SILENT, Exchange
from simulator.world import OpportunityStatus, Source, WorldStatus


def write_calls(rng: Random, diary: Diary, deal: Deal, told: Sequence[Exchange]) -> None:
    """Three exchanges in ten come with a call, answered more often where mails are answered too."""
    opportunity = deal.opportunity
    for exchange in told:
        if rng.random() > 0.3 * deal.story.lively:
            continue
        missed = rng.random() < (0.7 if exchange.quiet else 0.2)
        at = office_hour(rng, working_day(exchange.day + rng.randint(0, 3) * DAY))
        ours = opportunity.owner_id
        theirs = opportunity.contact_ids[0] if rng.random() < 0.7 else rng.choice(opportunity.contact_ids)
        sender, receiver = (ours, theirs) if exchange.from_us or rng.random() < 0.6 else (theirs, ours)
        in_crm = rng.random() < 0.6
        diary.write(
            Kind.CALL, at, sender, [receiver], minutes=0 if missed else rng.choice((3, 5, 8, 12, 15, 25, 40)),
            regarding=opportunity.id if in_crm else None, source=Source.DATAVERSE if in_crm else Source.MSGRAPH,
            status=WorldStatus.DECLINED if missed else WorldStatus.DONE, subject=rng.choice(CALL_SUBJECTS),
        )  # fmt: skip


def write_service_calls(rng: Random, diary: Diary, customer: Customer, first: date, today: date) -> None:
    """Who looks after a customer talks to its people about once a month, over Teams."""
    if customer.success_id is None:
        return
    people = [person.id for person in customer.contacts[1:]]
    for day in spread(rng, first, today, 35.0):
        sender, receiver = customer.success_id, rng.choice(people)
        if rng.random() < 0.4:
            sender, receiver = receiver, sender
        missed = rng.random() < 0.25
        diary.write(
            Kind.CALL, office_hour(rng, day), sender, [receiver], minutes=0 if missed else rng.choice((4, 9, 15, 30)),
            status=WorldStatus.DECLINED if missed else WorldStatus.DONE, subject=rng.choice(CALL_SUBJECTS),
        )  # fmt: skip


def write_tasks(rng: Random, diary: Diary, deal: Deal, told: Sequence[Exchange]) -> None:
    """Tasks of the owner, filed under the deal: done ones after exchanges, and for open deals some ahead."""
    for exchange in told:
        if rng.random() < 0.25 * deal.story.lively:
            _write_task(rng, diary, deal, exchange.day + rng.randint(1, 6) * DAY, WorldStatus.DONE)
    if deal.opportunity.status is OpportunityStatus.OPEN and deal.story is not SILENT:
        for _ in range(rng.choice((0, 1, 1, 2))):
            _write_task(rng, diary, deal, deal.ends + rng.randint(1, 30) * DAY, WorldStatus.PLANNED)


def _write_task(rng: Random, diary: Diary, deal: Deal, day: date, status: WorldStatus) -> None:
    opportunity = deal.opportunity
    diary.write(
        Kind.TASK, office_hour(rng, working_day(day)), opportunity.owner_id, opportunity.contact_ids[:1],
        regarding=opportunity.id, source=Source.DATAVERSE, status=status, subject=rng.choice(TASK_SUBJECTS),
    )  # fmt: skip
