"""Mail that makes no deal: service to customers, colleagues among themselves, newsletters, machines, drafts."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from relationship.activities import Kind
from simulator.demo_world.company import DOMAIN, Company
from simulator.demo_world.customers import Customer
from simulator.demo_world.days import (
    in_paris,
    is_working,
    monthly,
    nearest_working_day,
    office_time,
    weekly,
    working_day,
)
from simulator.demo_world.diary import Diary
from simulator.demo_world.mail import Circle, answer_delay, office_hour, spread, write_thread
from simulator.demo_world.names import (
    INTERNAL_SUBJECTS,
    NEWSLETTER_SUBJECTS,
    NEWSLETTERS,
    NO_REPLY,
    SERVICE_SUBJECTS,
    SITES,
)
from simulator.demo_world.stories import Exchange
from simulator.world import Person, Side, WorldStatus

LIST_TITLE = "list"


def senders_of_bulk_mail(first_person: int) -> list[Person]:
    """Newsletters and an internal list (job title "list"), and machines that take no answer."""
    bulk = [(name, email, LIST_TITLE) for name, email in NEWSLETTERS]
    bulk.append(("Équipe commerciale", f"equipe-commerciale@{DOMAIN}", LIST_TITLE))
    bulk += [(name, email, "") for name, email, _ in NO_REPLY]
    return [
        Person(f"p{first_person + place:05}", email, name, Side.CONTACT, None, title, ())
        for place, (name, email, title) in enumerate(bulk)
    ]


def write_service_mails(
    rng: Random, diary: Diary, company: Company, customer: Customer, first: date, today: date
) -> None:
    """Customer success and support write with a customer's people; one customer in four falls silent."""
    if customer.success_id is None:
        return
    last = today - timedelta(days=rng.choice((0, 0, 0, rng.randint(60, 200))))
    theirs = tuple(person.id for person in customer.contacts[1:])
    gap = rng.choice((8.0, 14.0, 25.0))
    for day in spread(rng, first, last, gap):
        support = rng.random() < 0.3
        ours = (rng.choice(company.ids("support")),) if support else (customer.success_id,)
        turns = rng.choice((1, 2, 2, 3, 4))
        exchange = Exchange(day, rng.random() < 0.45, turns, turns == 1)
        circle = Circle(ours, tuple(rng.sample(theirs, min(2, len(theirs)))))
        write_thread(rng, diary, circle, exchange, rng.choice(SERVICE_SUBJECTS))


def write_internal_mails(
    rng: Random, diary: Diary, company: Company, list_id: str, *, number: int, first: date, today: date
) -> None:
    """Threads among colleagues, mostly within a region's team; now and then one to the list of the sales team."""
    people = [person.id for person in company.people]
    for _ in range(number):
        day = nearest_working_day(first + timedelta(days=rng.randrange((today - first).days + 1)))
        manager = rng.choice(company.ids("manager"))
        team = [manager, *company.team_of(manager), *rng.sample(company.ids("presales"), 2)]
        circle = rng.sample(team if rng.random() < 0.7 else people, 3)
        subject = rng.choice(INTERNAL_SUBJECTS).format(site=rng.choice(SITES))
        if rng.random() < 0.05:
            diary.write(Kind.EMAIL, office_hour(rng, day), circle[0], [list_id], subject=subject)
        else:
            _internal_thread(rng, diary, circle, day, subject)


def _internal_thread(rng: Random, diary: Diary, circle: Sequence[str], day: date, subject: str) -> None:
    conversation, at = diary.new_conversation(), office_hour(rng, day)
    copied = circle[2:] if rng.random() < 0.3 else []
    for turn in range(rng.choice((1, 1, 2, 2, 3))):
        sender, receiver = circle[turn % 2], circle[1 - turn % 2]
        title = subject if turn == 0 else f"RE: {subject}"
        if not diary.write(
            Kind.EMAIL, at, sender, [receiver], cc=copied, conversation=conversation, subject=title
        ):  # fmt: skip
            return
        at = office_time(at + answer_delay(rng))


def write_bulk_mails(
    rng: Random,
    diary: Diary,
    company: Company,
    senders: Sequence[Person],
    customers: Sequence[Customer],
    *,
    first: date,
    today: date,
) -> None:
    people = [person.id for person in company.people]
    newsletters = [s for s in senders if s.job_title == LIST_TITLE and not s.email.endswith(DOMAIN)]
    for place, sender in enumerate(newsletters):
        readers = rng.sample(people, max(1, len(people) // 8))
        for number, day in enumerate(weekly(first + timedelta(days=place), today), 1):
            subject = rng.choice(NEWSLETTER_SUBJECTS).format(number=number)
            diary.write(Kind.EMAIL, in_paris(day, 7, 5 + place), sender.id, readers, subject=subject)
    machines = {s.email: s.id for s in senders if s.job_title != LIST_TITLE}
    for _, email, subject in NO_REPLY:
        for day in spread(rng, first, today, max(1.0, 240 / len(people))):
            diary.write(Kind.EMAIL, office_hour(rng, day), machines[email], [rng.choice(people)], subject=subject)
    _write_own_newsletter(rng, diary, company, customers, first, today)


def _write_own_newsletter(
    rng: Random, diary: Diary, company: Company, customers: Sequence[Customer], first: date, today: date
) -> None:
    """Once a month marketing writes to 60 people outside: mass mail, nobody's relationship."""
    outside = [person.id for customer in customers for person in customer.contacts]
    author = company.ids("marketing")[0]
    for number, day in enumerate(monthly(working_day(first), today), 1):
        readers = rng.sample(outside, min(60, len(outside)))
        diary.write(Kind.EMAIL, in_paris(day, 10), author, readers, subject=f"Orvane Actualités n° {number}")


def write_drafts(rng: Random, diary: Diary, company: Company, customers: Sequence[Customer], today: date) -> None:
    """One seller in two has a mail to a customer lying among the drafts."""
    for seller in company.ids("seller")[::2]:
        own = [c for c in customers if c.owner_id == seller] or list(customers)
        day = today - timedelta(days=rng.randint(1, 9))
        while not is_working(day):
            day -= timedelta(days=1)
        diary.write(
            Kind.EMAIL, office_hour(rng, day), seller, [rng.choice(own).primary.id],
            status=WorldStatus.DRAFT, subject="(brouillon) Votre projet",
        )  # fmt: skip
