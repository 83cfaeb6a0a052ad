"""The demo world from a seed: the same seed and moment give the same world, to the last subject."""

from datetime import UTC, datetime, timedelta
from random import Random

from simulator.demo_world.calls import write_calls, write_service_calls, write_tasks
from simulator.demo_world.company import COMPANY, DOMAIN, Company, NameGiver, found_company
from simulator.demo_world.company_mail import (
    LIST_TITLE,
    senders_of_bulk_mail,
    write_bulk_mails,
    write_drafts,
    write_internal_mails,
    write_service_mails,
)
from simulator.demo_world.customers import Customer, company_names, find_leads, win_customers
from simulator.demo_world.days import PARIS
from simulator.demo_world.deals import HISTORY_DAYS, Deal, strike_deals
from simulator.demo_world.departures import newcomers, write_first_letters, write_meetings_called_off
from simulator.demo_world.diary import Diary
from simulator.demo_world.feedback import ADDRESS, bodies, feedback_mailbox, write_feedback
from simulator.demo_world.mail import write_deal_mails, write_lead_mails
from simulator.demo_world.meetings import write_deal_meetings, write_internal_series
from simulator.world import Person, World

DEFAULT_SEED = 2026
# A Wednesday morning, nine o'clock in Paris.
DEFAULT_NOW = datetime(2026, 6, 17, 7, tzinfo=UTC)


def generate(*, seed: int = DEFAULT_SEED, now: datetime = DEFAULT_NOW, scale: float = 1.0) -> World:
    """A French B2B company with 18 months of activities before `now` and plans after it.

    now: timezone-aware. scale: 1 gives about 40 colleagues, 60 accounts, 120 opportunities; 10 ten times
    as much of everything. ValueError for a `now` without time zone or a scale that is not above 0.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    if not scale > 0:
        raise ValueError("scale lies above 0")
    now = now.astimezone(UTC).replace(microsecond=0)
    today = now.astimezone(PARIS).date()
    first = today - timedelta(days=HISTORY_DAYS)
    diary = Diary(now)

    names = NameGiver(_rng(seed, "names"))
    company = found_company(_rng(seed, "company"), names, scale=scale)
    number = len(company.people) + 1
    accounts = _count(60, scale)
    called = company_names(_rng(seed, "company names"), accounts + _count(25, scale))
    customers = win_customers(
        _rng(seed, "customers"), names, company, sorted(called[:accounts]), first_person=number, today=today
    )
    number += sum(len(customer.contacts) for customer in customers)
    leads = find_leads(_rng(seed, "leads"), names, company, called[accounts:], first_person=number)
    bulk = senders_of_bulk_mail(number + len(leads))
    deals = strike_deals(
        _rng(seed, "deals"), company, customers, won=_count(35, scale), lost=_count(35, scale),
        running=_count(50, scale), today=today,
    )  # fmt: skip

    _write_deals(seed, diary, deals)
    rng = _rng(seed, "mail")
    for lead in leads:
        write_lead_mails(rng, diary, lead, today)
    for customer in customers:
        write_service_mails(rng, diary, company, customer, first, today)
        write_service_calls(rng, diary, customer, first, today)
    _write_company_life(seed, diary, company, customers, bulk, scale)
    mailbox = feedback_mailbox(number + len(leads) + len(bulk))
    words = write_feedback(_rng(seed, "feedback"), diary, mailbox, customers, _other_senders(company, bulk), today)
    new = newcomers(names, customers, first_person=number + len(leads) + len(bulk) + 1)
    write_first_letters(diary, customers, new, today)
    write_meetings_called_off(diary, customers, today)
    activities = diary.activities()
    contacts = [person for customer in customers for person in customer.contacts]
    people = [*company.people, *contacts, *(lead.person for lead in leads), *bulk, mailbox, *new]
    return World(
        name=COMPANY,
        organisation_domain=DOMAIN,
        now=now,
        people=tuple(people),
        accounts=tuple(customer.account for customer in customers),
        opportunities=tuple(deal.opportunity for deal in deals),
        activities=activities,
        domains=(DOMAIN,),
        expected_frequency=3,
        read_window_days=HISTORY_DAYS + 2,
        time_zone=PARIS.key,
        sign_in=company.sign_in(),
        business_units=company.business_units(),
        groups=company.groups(),
        feedback_mailboxes=(ADDRESS,),
        bodies=bodies(activities, words),
    )


def _other_senders(company: Company, bulk: list[Person]) -> dict[str, str]:
    """Who writes to the feedback mailbox and is no customer."""
    outside = [person for person in bulk if not person.email.endswith(f"@{DOMAIN}")]
    newsletter = next(person for person in outside if person.job_title == LIST_TITLE)
    machine = next(person for person in bulk if person.job_title != LIST_TITLE)
    return {"colleague": company.ids("success")[0], "newsletter": newsletter.id, "machine": machine.id}


def _rng(seed: int, about: str) -> Random:
    """Chance of its own for each part, so that a change in one leaves the others as they are."""
    return Random(f"{seed}:{about}")


def _count(number: int, scale: float) -> int:
    return max(1, round(number * scale))


def _write_deals(seed: int, diary: Diary, deals: list[Deal]) -> None:
    for deal in deals:
        rng = _rng(seed, deal.opportunity.id)
        told = write_deal_mails(rng, diary, deal)
        write_deal_meetings(rng, diary, deal, told)
        write_calls(rng, diary, deal, told)
        write_tasks(rng, diary, deal, told)


def _write_company_life(
    seed: int, diary: Diary, company: Company, customers: list[Customer], bulk: list[Person], scale: float
) -> None:
    today = diary.now.astimezone(PARIS).date()
    first = today - timedelta(days=HISTORY_DAYS)
    write_internal_series(_rng(seed, "series"), diary, company, first, today)
    sales_list = next(p.id for p in bulk if p.job_title == LIST_TITLE and p.email.endswith(f"@{DOMAIN}"))
    write_internal_mails(
        _rng(seed, "internal"), diary, company, sales_list, number=_count(3000, scale), first=first, today=today
    )
    write_bulk_mails(_rng(seed, "bulk"), diary, company, bulk, customers, first=first, today=today)
    write_drafts(_rng(seed, "drafts"), diary, company, customers, today)
