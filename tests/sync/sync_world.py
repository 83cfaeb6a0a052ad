"""A small invented organisation for the tests of the sync, and the handles to read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from store_builders import READ_BY_EVERYBODY, may_read

from relationship.activities import Kind
from relationship.clock import Clock
from relationship.config import Config
from relationship.store.database import Store
from relationship.store.dump import dump
from relationship.sync.run import Report, sync_once
from relationship.sync.wire.connection import Microsoft, connect
from settings.rules import Rules
from simulator.server import Running
from simulator.world import (
    Account,
    Opportunity,
    OpportunityStatus,
    Person,
    Side,
    Source,
    World,
    WorldActivity,
    WorldStatus,
)

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
DOMAIN = "fjord.example"

COLLEAGUES = {
    "ines": ("ines@fjord.example", ("i.okafor@fjord.example",)),
    "omar": ("omar@fjord.example", ()),
    "lina": ("lina@fjord.example", ()),
    "sales": ("sales@fjord.example", ()),
}
OUTSIDERS = {
    "tor": ("tor@nordlys.example", "nordlys"),
    "eva": ("eva@nordlys.example", "nordlys"),
    "paul": ("paul@granit.example", "granit"),
    "news": ("newsletter@granit.example", None),
}


def person(person_id: str) -> Person:
    if person_id in COLLEAGUES:
        address, aliases = COLLEAGUES[person_id]
        return Person(person_id, address, person_id.title(), Side.COLLEAGUE, None, "", aliases)
    address, account_id = OUTSIDERS[person_id]
    return Person(person_id, address, person_id.title(), Side.CONTACT, account_id, "", ())


def mail(
    mail_id: str,
    sender: str,
    to: Sequence[str],
    *,
    cc: Sequence[str] = (),
    days_ago: float = 1,
    status: WorldStatus = WorldStatus.DONE,
    subject: str = "Offer 118",
) -> WorldActivity:
    return WorldActivity(
        id=mail_id,
        kind=Kind.EMAIL,
        at=NOW - timedelta(days=days_ago),
        minutes=None,
        from_id=sender,
        to_ids=tuple(to),
        cc_ids=tuple(cc),
        regarding_id=None,
        source=Source.MSGRAPH,
        status=status,
        conversation_id="",
        subject=subject,
    )


def some_mail() -> list[WorldActivity]:
    """Correspondence of 60 days: outward, inward, with copies, internal, a newsletter, a draft."""
    colleagues, outsiders = ["ines", "omar", "lina"], ["tor", "eva", "paul"]
    mails = []
    for number in range(36):
        ours, theirs = colleagues[number % 3], outsiders[(number // 3) % 3]
        cc = (colleagues[(number + 1) % 3],) if number % 4 == 0 else ()
        sender, to = (ours, theirs) if number % 2 else (theirs, ours)
        mails.append(mail(f"m{number:02}", sender, (to,), cc=cc, days_ago=60 - 1.5 * number))
    mails.append(mail("to-all", "tor", ("ines", "omar", "lina", "sales"), days_ago=3))
    mails.append(mail("internal", "ines", ("omar", "lina"), days_ago=2))
    mails.append(mail("news", "news", ("ines",), days_ago=2))
    mails.append(mail("draft", "ines", ("tor",), days_ago=1, status=WorldStatus.DRAFT))
    return sorted(mails, key=lambda m: (m.at, m.id))


def some_of_each() -> list[WorldActivity]:
    """A short weekly series in the calendar, calls over every network, tasks in To Do and Planner."""
    meetings = [
        replace(mail(f"w{n}", "ines", ["tor"], days_ago=7 * n + 1), kind=Kind.MEETING, minutes=30, conversation_id="s1")
        for n in range(-1, 3)
    ]
    calls = [replace(mail(f"c{n}", "omar", ["eva"], days_ago=n + 1), kind=Kind.CALL, minutes=7) for n in range(6)]
    tasks = [
        replace(mail(f"t{n}", "ines", to, days_ago=n + 1), kind=Kind.TASK, regarding_id="o1")
        for n, to in enumerate((["tor"], ["omar"]))
    ]
    coming = [replace(one, status=WorldStatus.PLANNED) if one.at > NOW else one for one in meetings]
    return sorted([*coming, *calls, *tasks], key=lambda one: (one.at, one.id))


def world(mails: Sequence[WorldActivity] | None = None, **changes: Any) -> World:
    accounts = (
        Account("granit", "Granit", "granit.example", "", None, None),
        Account("nordlys", "Nordlys", "nordlys.example", "", 40, None),
    )
    deal = Opportunity(
        id="o1",
        name="Offer 118",
        account_id="nordlys",
        owner_id="ines",
        team_ids=("omar",),
        contact_ids=("tor", "eva"),
        status=OpportunityStatus.OPEN,
        stage="Propose",
        probability=60,
        estimated_value=12_000.0,
        created_on=date(2026, 4, 1),
        close_on=date(2026, 8, 1),
    )
    values: dict[str, Any] = {
        "name": "fjord",
        "organisation_domain": DOMAIN,
        "now": NOW,
        "people": tuple(person(person_id) for person_id in sorted({*COLLEAGUES, *OUTSIDERS})),
        "accounts": accounts,
        "opportunities": (deal,),
        "activities": tuple(some_mail() if mails is None else mails),
        "domains": (DOMAIN,),
    }
    return World(**(values | changes))


AVIS, HELP = "avis@fjord.example", "help@fjord.example"


def feedback_world(mails: Sequence[WorldActivity], *, addresses: Sequence[str] = (AVIS, HELP), **changes: Any) -> World:
    """The same organisation with mailboxes that the second application may read; their ids are `avis`, `help`."""
    boxes = [Person(one.partition("@")[0], one, one.title(), Side.COLLEAGUE, None, "shared", ()) for one in addresses]
    usual = world(mails, **changes)
    return replace(usual, people=(*usual.people, *boxes), feedback_mailboxes=tuple(addresses))


def some_feedback() -> tuple[list[WorldActivity], dict[str, str]]:
    """What customers wrote to `avis`, and the words by mail."""
    senders = ("tor", "eva", "paul", "tor")
    mails = [mail(f"f{n}", who, ("avis",), days_ago=n + 1, subject="Avis") for n, who in enumerate(senders)]
    return mails, {one.id: f"Nous sommes déçus, c'est le courrier {one.id}.\n> Bonjour" for one in mails}


@dataclass(slots=True)
class House:
    """What `sync_once` needs, and the simulated organisation behind it."""

    config: Config
    store: Store
    running: Running
    now: datetime = NOW
    microsoft: Microsoft | None = field(default=None, repr=False)
    rules: Rules = READ_BY_EVERYBODY

    def __post_init__(self) -> None:
        may_read(self.store, self.rules)

    @property
    def clock(self) -> Clock:
        return lambda: self.now

    def sync(self, **options: Any) -> Report:
        """One run with small pages, over a connection that is kept."""
        if self.microsoft is None:
            self.microsoft = connect(self.config, mail_page_size=4, crm_page_size=3)
        return sync_once(self, microsoft=self.microsoft, **options)

    def dump(self) -> str:
        with self.store.reading() as conn:
            return dump(conn)

    def activities(self) -> list[str]:
        """The lines of the dump with activities."""
        return [line for line in self.dump().splitlines() if line.startswith('["activity"')]

    def close(self) -> None:
        if self.microsoft is not None:
            self.microsoft.close()


def config_for(running: Running, **changes: Any) -> Config:
    values = {
        "mode": "test",
        "tenant_id": running.tenant_id,
        "client_id": running.client_id,
        "client_secret": running.client_secret,
        "authority_url": running.authority_url,
        "msgraph_url": running.msgraph_url,
        "dataverse_url": running.dataverse_url,
        "ca_file": running.ca_file,
        "read_window_days": 400,
        "sync_threads": 2,
        "now": NOW,
    }
    return Config(**(values | changes), _env_file=None)


Undisturbed = Callable[[], str]
