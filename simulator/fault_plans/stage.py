"""What a fault may touch: the running organisation, its wire and its CRM; and who and what in it an order means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from simulator.dataverse import Crm
from simulator.directory import User
from simulator.fault_plans.orders import Order
from simulator.faults import Fault, FaultPlan, Place
from simulator.mailbox import Copy
from simulator.msgraph.service import GraphService
from simulator.organisation import UNREAD_FOLDERS, Organisation
from simulator.registration import Registration
from simulator.world import Person, Side

DELTA = "delta$"
_NOBODY = "visiteur@brise.example"


@dataclass(frozen=True, slots=True)
class Stage:
    """Handles to one running organisation."""

    organisation: Organisation
    plan: FaultPlan
    registration: Registration
    crm: Crm
    msgraph: GraphService

    # Who

    def readers(self) -> list[User]:
        """The users in whose mailboxes mail lies, or all when there is none."""
        users = list(self.organisation.directory)
        return [user for user in users if self.organisation.held_by(user.person_id)] or users

    def user(self, order: Order) -> User:
        """The user an order names, the n-th of the readers for a number, the first without a word."""
        if isinstance(order.mailbox, str):
            return self.organisation.user(order.mailbox)
        readers = self.readers()
        return readers[((order.mailbox or 1) - 1) % len(readers)]

    def others(self, user: User, count: int) -> list[str]:
        """Up to so many other users, by person id."""
        return [other.person_id for other in self.readers() if other.id != user.id][:count]

    def outsider(self) -> str:
        """Somebody at a customer: the first contact with an account, else a stranger."""
        for person in self.organisation.world.people:
            if _is_customer(person):
                return person.id
        return _NOBODY

    def copy(self, order: Order) -> Copy | None:
        """The mail an order names in `mail`, else the newest of the mailbox that a reader counts."""
        mailbox = self.organisation.mailbox(self.user(order).id)
        if name := order.options.get("mail"):
            return next(iter(mailbox.copies_of(str(name))), None)
        counted = [
            copy
            for copy in mailbox.all_copies()
            if not copy.is_draft and copy.folder and copy.folder.well_known not in UNREAD_FOLDERS
        ]
        return max(counted, key=lambda copy: (copy.received_at, copy.serial), default=None)

    # Where

    def place(self, order: Order, *, path: str = DELTA, times: int = 1) -> Place:
        mailbox = None if order.mailbox is None else self.user(order).id
        return Place(
            path=order.path if order.path is not None else path,
            mailbox=mailbox,
            first=order.request,
            times=order.times or times,
            page=order.page,
            round=order.round,
            seconds=order.seconds,
        )

    def strike(self, order: Order, fault: Fault, *, path: str = DELTA, times: int = 1) -> None:
        """Lets a fault of the wire strike where the order says."""
        place = self.place(order, path=path, times=times)
        self.plan.add(
            replace(
                fault,
                path=place.path,
                mailbox=place.mailbox,
                first=place.first,
                times=place.times,
                page=place.page,
                round=place.round,
                byte=order.byte,
                seconds=place.seconds,
            )
        )

    def happen(self, order: Order, act: Callable[[], object]) -> None:
        """Lets something happen in the organisation just before the n-th request of anybody's."""
        place = replace(self.place(order), mailbox=None, times=1, seconds=0.0)
        self.plan.at(place, act)

    def later(self, act: Callable[[], object], *, after: int = 1) -> None:
        """Lets something happen before a delta request that comes `after` requests from now."""
        self.plan.at(Place(first=after), act)

    @property
    def recently(self) -> timedelta:
        """How old a mail is that arrives just now."""
        return timedelta(hours=1)


Strike = Callable[[Stage, Order], None]
Family = Mapping[str, Strike]


def _is_customer(person: Person) -> bool:
    return person.side is Side.CONTACT and person.account_id is not None and not person.job_title
