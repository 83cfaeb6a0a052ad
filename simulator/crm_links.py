"""Links from tasks into the CRM: to opportunities, accounts, contacts, leads and the CRM's own tasks."""

from collections.abc import Iterable
from typing import NamedTuple

from simulator import identity
from simulator.people import People
from simulator.world import Side, Source, World, WorldActivity

_APPLICATION = "Dynamics 365"


class Link(NamedTuple):
    """What a task points to: a record elsewhere. external_id: its key there, in the CRM its GUID."""

    application: str
    name: str
    external_id: str
    url: str


class CrmLinks:
    """Links by the world's ids."""

    def __init__(self, world: World, people: People) -> None:
        self._people = people
        self._host = world.organisation_domain.partition(".")[0]
        self._deals = {deal.id: deal.name for deal in world.opportunities}
        self._accounts = {account.id: account.name for account in world.accounts}

    def of(self, activity: WorldActivity) -> tuple[Link, ...]:
        """The CRM's own task where it is there too, what it regards, and the outsiders it is about."""
        own: tuple[Link, ...] = ()
        if activity.source is Source.BOTH:
            own = (self._record("task", identity.activity(activity.id), activity.subject),)
        about = (activity.regarding_id, *activity.to_ids, *activity.cc_ids)
        return (*own, *self.about(key for key in about if key))

    def about(self, keys: Iterable[str]) -> tuple[Link, ...]:
        """Links to opportunities and accounts by id, to contacts and leads by id or address; none to colleagues."""
        return tuple(link for key in keys if (link := self._link(key)) is not None)

    def _link(self, key: str) -> Link | None:
        if key in self._deals:
            return self._record("opportunity", identity.opportunity(key), self._deals[key])
        if key in self._accounts:
            return self._record("account", identity.account(key), self._accounts[key])
        person = self._people.person(key)
        if person.is_colleague:
            return None
        if person.side is Side.LEAD:
            return self._record("lead", identity.lead(person.id), person.name)
        return self._record("contact", identity.contact(person.id), person.name)

    def _record(self, table: str, guid: str, name: str) -> Link:
        url = f"https://{self._host}.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn={table}&id={guid}"
        return Link(_APPLICATION, name, guid, url)
