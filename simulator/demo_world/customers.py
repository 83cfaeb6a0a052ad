"""The invented customers: accounts with their contacts, and the leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.demo_world.company import Company, NameGiver, free_local_part
from simulator.demo_world.names import CONTACT_TITLES, PLACES, TRADES, ascii_name
from simulator.world import Account, Person, Side

# Segment, share of the accounts, employees from and to.
SEGMENTS = (("Grand compte", 0.2, 1500, 12000), ("ETI", 0.4, 250, 1500), ("PME", 0.4, 30, 250))


@dataclass(frozen=True, slots=True)
class Customer:
    """An account with its people. success_id: who looks after it, None for those that bought nothing yet."""

    account: Account
    contacts: tuple[Person, ...]
    owner_id: str
    success_id: str | None

    @property
    def primary(self) -> Person:
        return self.contacts[0]


@dataclass(frozen=True, slots=True)
class Lead:
    person: Person
    owner_id: str


def win_customers(
    rng: Random, names: NameGiver, company: Company, called: Sequence[str], *, first_person: int, today: date
) -> list[Customer]:
    """One account for each name, owned by the sellers in turn; three in five are customers already."""
    sellers, success = company.ids("seller"), company.ids("success")
    found: list[Customer] = []
    person_number = first_person
    for place, name in enumerate(called):
        is_customer = rng.random() < 0.6
        account = _account(rng, f"a{place + 1:04}", name, today if is_customer else None)
        taken: set[str] = set()
        contacts = tuple(
            _contact(rng, names, f"p{person_number + n:05}", account, taken) for n in range(rng.randint(3, 6))
        )
        person_number += len(contacts)
        found.append(
            Customer(
                account, contacts, sellers[place % len(sellers)],
                success[place % len(success)] if is_customer else None,
            )
        )  # fmt: skip
    return found


def find_leads(
    rng: Random, names: NameGiver, company: Company, called: Sequence[str], *, first_person: int
) -> list[Lead]:
    """One person of each of these companies, which are no accounts yet."""
    sellers = company.ids("seller")
    found = []
    for place, employer in enumerate(called):
        first, last, woman = names.name()
        title = rng.choice(CONTACT_TITLES)[woman]
        email = f"{ascii_name(first)}.{ascii_name(last)}@{ascii_name(employer)}.example"
        person = Person(f"p{first_person + place:05}", email, f"{first} {last}", Side.LEAD, None, title, ())
        found.append(Lead(person, rng.choice(sellers)))
    return found


def company_names(rng: Random, number: int) -> list[str]:
    """Trade and place, each pair once; more companies than pairs get a further word."""
    pairs = [f"{trade} {place}" for trade in TRADES for place in PLACES]
    more = [f"{pair} {word}" for word in ("Industrie", "& Fils", "Groupe") for pair in pairs]
    rng.shuffle(pairs)
    return (pairs + more)[:number]


def _account(rng: Random, account_id: str, name: str, today: date | None) -> Account:
    segment, _, fewest, most = rng.choices(SEGMENTS, weights=[share for _, share, _, _ in SEGMENTS])[0]
    renewal = today + timedelta(days=rng.randint(10, 360)) if today else None
    return Account(account_id, name, f"{ascii_name(name)}.example", segment, rng.randint(fewest, most), renewal)


def _contact(rng: Random, names: NameGiver, person_id: str, account: Account, taken: set[str]) -> Person:
    first, last, woman = names.name()
    given, family = ascii_name(first), ascii_name(last)
    # Each company writes addresses in its own way.
    style = sum(account.domain.encode()) % 3
    local = free_local_part((f"{given}.{family}", f"{given[0]}.{family}", f"{family}.{given[0]}")[style], taken)
    aliases: tuple[str, ...] = ()
    lot = rng.random()
    if lot < 0.05:
        aliases = (f"{local}@ancien-{account.domain}",)
    elif lot < 0.08:
        aliases = (f"{local}+orvane@{account.domain}",)
    title = rng.choice(CONTACT_TITLES)[woman]
    return Person(person_id, f"{local}@{account.domain}", f"{first} {last}", Side.CONTACT, account.id, title, aliases)
