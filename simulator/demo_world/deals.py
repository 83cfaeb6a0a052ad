"""The opportunities: who sells what to whom, for how much, and which story each of them goes through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.demo_world.company import Company
from simulator.demo_world.customers import Customer
from simulator.demo_world.names import DEAL_NAMES, PRODUCTS, SITES
from simulator.demo_world.stories import LOST_STORIES, OPEN_STORIES, SILENT, WON_STORIES, Story, told
from simulator.world import Opportunity, OpportunityStatus, Person

# The first mails of the world lie this many days before now: 18 months.
HISTORY_DAYS = 548
HOPEFUL = 45
STAGES = (("Qualify", 20), ("Develop", 40), ("Propose", 60), ("Close", 80))
# Thousands of euros from and to, by segment.
VALUES = {"Grand compte": (80, 450), "ETI": (25, 140), "PME": (8, 45)}


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity with its story. ends: the day it was closed, or today."""

    opportunity: Opportunity
    customer: Customer
    contacts: tuple[Person, ...]
    story: Story
    product: str
    ends: date


@dataclass(frozen=True, slots=True)
class _Plan:
    status: OpportunityStatus
    story: Story
    customer: Customer
    begins: date
    ends: date
    close_on: date


def strike_deals(
    rng: Random, company: Company, customers: Sequence[Customer], *, won: int, lost: int, running: int, today: date
) -> list[Deal]:
    """The open deals, each with a customer of its own as far as there are enough, and the closed ones."""
    plans = _plans(rng, customers, won, lost, running, today)
    plans.sort(key=lambda plan: (plan.begins, plan.customer.account.id))
    return [_deal(rng, company, f"o{place:04}", plan) for place, plan in enumerate(plans, 1)]


def _plans(rng: Random, customers: Sequence[Customer], won: int, lost: int, running: int, today: date) -> list[_Plan]:
    order = list(customers)
    rng.shuffle(order)
    plans = []
    for place, story in enumerate(told(OPEN_STORIES, running, rng)):
        begins = today - timedelta(days=rng.randint(story.youngest, story.oldest))
        close_on = today + timedelta(days=rng.randint(-15, 150))
        plans.append(_Plan(OpportunityStatus.OPEN, story, order[place % len(order)], begins, today, close_on))
    for status, stories, number in (
        (OpportunityStatus.WON, WON_STORIES, won),
        (OpportunityStatus.LOST, LOST_STORIES, lost),
    ):
        for story in told(stories, number, rng):
            ends = today - timedelta(days=rng.randint(3, 420))
            oldest = HISTORY_DAYS - (today - ends).days - 2
            begins = ends - timedelta(days=rng.randint(min(story.youngest, oldest), min(story.oldest, oldest)))
            plans.append(_Plan(status, story, rng.choice(order), begins, ends, ends))
    return plans


def _deal(rng: Random, company: Company, deal_id: str, plan: _Plan) -> Deal:
    product = rng.choice(PRODUCTS)
    contacts = _contacts(rng, plan)
    stage, probability = _progress(rng, plan)
    owner = plan.customer.owner_id
    if plan.story is SILENT:
        # Somebody who never wrote to this customer, or the record would not be silent.
        owner = rng.choice([seller for seller in company.ids("seller") if seller != owner])
    return Deal(
        Opportunity(
            id=deal_id,
            name=rng.choice(DEAL_NAMES).format(product=product, site=rng.choice(SITES), year=plan.close_on.year),
            account_id=plan.customer.account.id,
            owner_id=owner,
            team_ids=_team(rng, company, owner, plan.story),
            contact_ids=tuple(person.id for person in contacts),
            status=plan.status,
            stage=stage,
            probability=probability,
            estimated_value=_value(rng, plan.customer),
            created_on=plan.begins,
            close_on=plan.close_on,
        ),
        plan.customer,
        contacts,
        plan.story,
        product,
        plan.ends,
    )


def _contacts(rng: Random, plan: _Plan) -> tuple[Person, ...]:
    """Open deals are with the first half of a customer's people, closed ones mostly with the others."""
    people = plan.customer.contacts
    half = (len(people) + 1) // 2
    is_open = plan.status is OpportunityStatus.OPEN
    circle = people[:half] if is_open else people[half:]
    return tuple(rng.sample(circle, rng.randint(1, len(circle))))


def _team(rng: Random, company: Company, owner: str, story: Story) -> tuple[str, ...]:
    if story is SILENT:
        return ()
    team = rng.sample(company.ids("presales"), rng.choice((0, 1, 1)))
    if rng.random() < 0.2:
        team.append(company.manager_of(owner))
    return tuple(sorted(team))


def _progress(rng: Random, plan: _Plan) -> tuple[str, int]:
    """Stage and probability: the older an open deal, the further. Now and then an early one is taken for half won."""
    if plan.status is OpportunityStatus.WON:
        return "Close", 100
    reached = min(3, (plan.ends - plan.begins).days // 60)
    stage, probability = STAGES[rng.randint(max(0, reached - 1), reached)]
    if stage == STAGES[0][0] and plan.begins.day % 3 == 0:
        probability = HOPEFUL
    return stage, probability if plan.status is OpportunityStatus.OPEN else 0


def _value(rng: Random, customer: Customer) -> float:
    """Euros, rounded to 500."""
    low, high = VALUES[customer.account.segment]
    thousands: float = low * (high / low) ** rng.random()
    return round(thousands * 2) * 500.0
