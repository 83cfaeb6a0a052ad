"""Customers where something comes to an end: who spoke for them has left, or nobody comes to the meetings any more.

Which customers these are, the stories of their other systems tell (`facts.py`).
"""

from collections.abc import Sequence
from datetime import date

from relationship.activities import Kind
from simulator.demo_world.company import NameGiver
from simulator.demo_world.customers import Customer
from simulator.demo_world.days import DAY, in_paris, working_day
from simulator.demo_world.diary import Diary
from simulator.demo_world.facts import story_of
from simulator.demo_world.names import ascii_name
from simulator.world import Person, Side, WorldStatus

LEFT, SILENT = "champion gone", "silent"
# Of a monthly meeting, in days ago: those that took place and those that were called off.
_HELD, _CANCELLED = (227, 199, 171, 143, 115), (45, 17)


def newcomers(names: NameGiver, customers: Sequence[Customer], *, first_person: int) -> list[Person]:
    """A new director at each customer whose main contact has left."""
    found: list[Person] = []
    for customer in _of(customers, LEFT):
        first, last, woman = names.name()
        address = f"{ascii_name(first)}.{ascii_name(last)}.dir@{customer.account.domain}"
        title = "Directrice des opérations" if woman else "Directeur des opérations"
        number = f"p{first_person + len(found):05}"
        found.append(Person(number, address, f"{first} {last}", Side.CONTACT, customer.account.id, title, ()))
    return found


def write_first_letters(diary: Diary, customers: Sequence[Customer], new: Sequence[Person], today: date) -> None:
    """The owner has written to each of them once; nobody answered."""
    owners = {customer.account.id: customer.owner_id for customer in customers}
    for person in new:
        at = in_paris(working_day(today - 16 * DAY), 10, 20)
        diary.write(
            Kind.EMAIL, at, owners[person.account_id or ""], (person.id,), conversation=diary.new_conversation(),
            subject="Faire connaissance",
        )  # fmt: skip


def write_meetings_called_off(diary: Diary, customers: Sequence[Customer], today: date) -> None:
    """A monthly meeting that took place until the customer fell silent, and was called off ever since.

    The owner is invited too: in the organiser's calendar a cancelled meeting is no more.
    """
    for customer in _of(customers, SILENT):
        series = diary.new_series()
        for ago in (*_HELD, *_CANCELLED):
            diary.write(
                Kind.MEETING, in_paris(working_day(today - ago * DAY), 15), customer.success_id or customer.owner_id,
                (customer.primary.id, customer.owner_id), minutes=30, conversation=series, subject="Point mensuel",
                status=WorldStatus.CANCELLED if ago in _CANCELLED else WorldStatus.DONE,
            )  # fmt: skip


def _of(customers: Sequence[Customer], story: str) -> list[Customer]:
    bought = [customer for customer in customers if customer.account.renewal_on is not None]
    return [customer for customer in bought if story_of(customer.account).name == story]
