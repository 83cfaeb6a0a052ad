"""An invented organisation for the page tests: one builder, a seed, deals with different stories.

Everything goes straight into the tables that sync and rating fill in the product; ratings come from the
health room itself, over all records in one pass.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from relationship.activities import KINDS
from relationship.clock import day_of, number_of
from relationship.health.contact_days import ContactDays
from relationship.health.rating import rate
from relationship.health.rules import HealthRules
from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, ActivityParty, ContactDay, RecordActivity
from relationship.store.crm.record_tables import Address, Colleague, Membership, Record
from relationship.store.database import Store
from relationship.store.migrate import migrate
from relationship.store.ratings.rating_tables import Health
from relationship.store.upsert import insert_new

# Contact days as (kind, days ago, ours, theirs).
Contacts = tuple[tuple[str, int, int, int], ...]

TENANT = "3f2c1f0a-5c0d-4a65-9a55-0d4c8f5b7e11"
TODAY = date(2026, 6, 17)
NOW = datetime(2026, 6, 17, 8, 30, tzinfo=UTC)
_NAMES = UUID("0b8f1c52-9d1e-4f7c-8a54-2f1a7d7c9b10")

SELLERS = ("Camille Roussel", "Hugo Lefèvre", "Inès Benali", "Mathis Garnier", "Sarah Nguyen", "Thomas Delmas")
ACCOUNTS = (
    "Ateliers Brévent",
    "Banque Orvane",
    "Clinique des Tilleuls",
    "Coopérative Val-Serein",
    "École Montplaisir",
    "Fonderie Castelnau",
    "Groupe Herminel",
    "Hôtels du Littoral",
    "Imprimerie Sauvageon",
    "Laboratoires Néréide",
    "Logistique Fauverne",
    "Mutuelle Aubrac",
    "Nordwind GmbH",
    "Papeteries Arlande",
    "Soieries Virelade",
    "Transports Belcombe",
)
SUBJECTS = (
    "Renouvellement des licences",
    "Déploiement du portail",
    "Contrat cadre",
    "Migration du parc",
    "Audit énergétique",
    "Formation des équipes",
    "Extension de capacité",
    "Maintenance pluriannuelle",
    "Refonte logistique",
    "Projet pilote",
)
CONTACTS = (
    ("Aurélie Fontaine", "Directrice des achats"),
    ("Bastien Morel", "Directeur financier"),
    ("Chloé Perrin", "Cheffe de projet"),
    ("Damien Aubry", "Directeur informatique"),
    ("Élodie Marchal", "Responsable qualité"),
    ("Fabrice Tessier", "Directeur général"),
)
STAGES = ("Qualification", "Analyse", "Proposition", "Négociation")
STORIES = ("healthy", "healthy", "fading", "one_sided", "revived", "dead", "new", "silent", "planned")


def guid(kind: str, name: object) -> str:
    return str(uuid5(_NAMES, f"{kind}:{name}"))


def oid(seller: int) -> str:
    return guid("oid", seller)


def prepare(store: Store) -> None:
    """Migrate, and say whose database it is."""
    migrate(store)
    with store.transaction() as conn:
        began = TODAY - timedelta(days=400)
        row = {"id": 1, "tenant_id": TENANT, "domains": "", "time_zone": "Europe/Paris", "read_from": began}
        insert_new(conn, tables.Deployment, [row], key=["id"])


@dataclass(frozen=True, slots=True)
class Deal:
    """One opportunity to build; contact days as (kind, days ago, ours, theirs)."""

    name: str
    account: int = 0
    owner: int | None = 0
    status: str = "open"
    stage: str = "Proposition"
    value: float | None = 50_000.0
    currency: str = "EUR"
    close_in: int | None = 30
    created_ago: int = 200
    closed_ago: int | None = None
    contacts: Contacts = ()
    planned_in: int | None = None
    team: tuple[int, ...] = ()
    stakeholders: tuple[int, ...] = (0,)
    degraded: bool = False

    @property
    def guid(self) -> str:
        return guid("opportunity", self.name)


def weekly(
    kind: str = "email", *, until: int = 0, weeks: int = 20, ours: int = 1, theirs: int = 1
) -> tuple[tuple[str, int, int, int], ...]:
    """One contact day a week, the latest `until` days ago."""
    return tuple((kind, until + 7 * week, ours, theirs) for week in range(weeks))


def build(store: Store, deals: Sequence[Deal], *, sellers: Sequence[str] = SELLERS) -> None:
    """Put people, accounts and deals into the store, with activities, contact days and ratings."""
    with store.transaction() as conn:
        insert_new(
            conn,
            Colleague,
            [
                {
                    "key": oid(n),
                    "name": name,
                    "crm_name": name,
                    "systemuser_guid": guid("systemuser", n),
                    "in_directory": True,
                    "in_crm": True,
                    "enabled": True,
                    "directory_round": 0,
                    "crm_round": 0,
                }
                for n, name in enumerate(sellers)
            ],
            key=["key"],
        )
        insert_new(
            conn,
            Address,
            [{"address": f"personne{n}@clients.example", "colleague_id": None} for n in range(4)],
            key=["address"],
        )
        insert_new(conn, Record, [*_accounts(), *_contacts(), *(_record(deal) for deal in deals)], key=["kind", "guid"])
        insert_new(conn, Membership, list(_memberships(deals)), key=["connection_guid"])
        record = tables.table(Record)
        ids = dict(conn.execute(record.select().with_only_columns(record.c.guid, record.c.id)).all())
        numbers = [ids[deal.guid] for deal in deals]
        _activities(conn, deals, numbers)
        _rate(conn, deals, numbers)


def deals_of_all_sorts(count: int = 120, *, seed: int = 7) -> list[Deal]:
    """A pipeline with every story, the same for the same seed."""
    dice = random.Random(seed)
    return [_deal(dice, number) for number in range(count)]


def _deal(dice: random.Random, number: int) -> Deal:
    story = STORIES[number % len(STORIES)]
    account = dice.randrange(len(ACCOUNTS))
    closed = dice.random() < 0.3
    status = dice.choice(("won", "lost")) if closed else "open"
    created = dice.randint(6, 12) if story == "new" else dice.randint(90, 380)
    closed_ago = dice.randint(5, 60) if closed else None
    start = closed_ago or 0
    return Deal(
        name=f"{SUBJECTS[number % len(SUBJECTS)]} – lot {number + 1}",
        account=account,
        owner=dice.randrange(len(SELLERS)),
        status=status,
        stage=STAGES[-1] if closed else dice.choice(STAGES),
        value=None if dice.random() < 0.04 else float(round(dice.lognormvariate(10.8, 0.9), -2)),
        close_in=None if dice.random() < 0.04 else dice.randint(-25, 240),
        created_ago=max(created, start + 1),
        closed_ago=closed_ago,
        contacts=tuple(
            (kind, ago + start, ours, theirs) for kind, ago, ours, theirs in _story(dice, story, created - start)
        ),
        planned_in=dice.randint(1, 12) if story in {"healthy", "planned"} and not closed else None,
        team=tuple(sorted({dice.randrange(len(SELLERS)) for _ in range(dice.randint(0, 2))})),
        stakeholders=tuple(sorted({dice.randrange(len(CONTACTS)) for _ in range(dice.randint(1, 3))})),
        degraded=number % 29 == 5,
    )


def _story(dice: random.Random, story: str, age: int) -> Iterable[tuple[str, int, int, int]]:
    def kind() -> str:
        return dice.choices(("email", "meeting", "call", "task"), (70, 15, 10, 5))[0]

    def contact(ago: int, ours: int = 1, theirs: int = 1) -> tuple[str, int, int, int]:
        chosen = kind() if ours and theirs else "email"
        return (chosen, ago, ours, 0 if chosen == "task" else theirs)

    days = {
        "healthy": lambda: [contact(d) for d in range(dice.randint(0, 4), age, dice.randint(3, 6))],
        "fading": lambda: [contact(d) for d in range(dice.randint(12, 24), age, 5)],
        "one_sided": lambda: [contact(d, 1, int(dice.random() < 0.08)) for d in range(1, age, 4)],
        "revived": lambda: [*(contact(d) for d in range(1, 30, 4)), *(contact(d) for d in range(120, age, 6))],
        "dead": lambda: [contact(d) for d in range(dice.randint(70, 120), age, 8)],
        "new": lambda: [contact(d) for d in (2, 5) if d < age],
        "silent": list,
        "planned": list,
    }
    return [one for one in days[story]() if one[1] < age]


def _accounts() -> Iterable[dict[str, object]]:
    for number, name in enumerate(ACCOUNTS):
        yield _columns(
            kind="account", guid=guid("account", number), name=name, status="active", created_on=date(2024, 1, 8)
        )


def _contacts() -> Iterable[dict[str, object]]:
    for number, (name, job) in enumerate(CONTACTS):
        yield _columns(
            kind="contact",
            guid=guid("contact", number),
            name=name,
            job_title=job,
            status="active",
            created_on=date(2024, 1, 8),
        )


def _record(deal: Deal) -> dict[str, object]:
    return _columns(
        kind="opportunity",
        guid=deal.guid,
        name=deal.name,
        status=deal.status,
        created_on=TODAY - timedelta(days=deal.created_ago),
        closed_on=None if deal.closed_ago is None else TODAY - timedelta(days=deal.closed_ago),
        owner_guid=None if deal.owner is None else guid("systemuser", deal.owner),
        account_guid=guid("account", deal.account),
        contact_guid=guid("contact", deal.stakeholders[0]) if deal.stakeholders else None,
        stage=deal.stage,
        probability=60,
        value=deal.value,
        currency=deal.currency,
        close_on=None if deal.close_in is None else TODAY + timedelta(days=deal.close_in),
    )


def _columns(**given: object) -> dict[str, object]:
    empty = dict.fromkeys(
        ("closed_on", "owner_guid", "account_guid", "contact_guid", "probability", "value", "close_on"), None
    )
    return {**empty, "job_title": "", "stage": "", "currency": "", "round": 0, **given}


def _memberships(deals: Sequence[Deal]) -> Iterable[dict[str, object]]:
    for deal in deals:
        members = [("systemuser", n) for n in deal.team] + [("contact", n) for n in deal.stakeholders]
        for member, number in members:
            yield {
                "connection_guid": guid("connection", (deal.name, member, number)),
                "opportunity_guid": deal.guid,
                "member": member,
                "member_guid": guid(member, number),
                "round": 0,
            }


def _activities(conn: object, deals: Sequence[Deal], numbers: Sequence[int]) -> None:
    today = number_of(TODAY)
    activities, links, days, parties = [], [], [], []
    for deal, record_id in zip(deals, numbers, strict=True):
        planned = [] if deal.planned_in is None else [("meeting", -deal.planned_in, 1, 1)]
        for kind, ago, ours, theirs in {(c[0], c[1]): c for c in (*deal.contacts, *planned)}.values():
            number = len(activities) + 1
            status = "planned" if ago < 0 else "done"
            at = NOW - timedelta(days=ago, hours=0 if ago < 0 else number % 5)
            activities.append(
                {
                    "id": number,
                    "key": f"{record_id}/{kind}/{ago}",
                    "kind": kind,
                    "at": at,
                    "day": today - ago,
                    "status": status,
                    "minutes": 45 if kind == "meeting" else None,
                    "regarding_kind": None,
                    "regarding_guid": None,
                }
            )
            links.append(
                {
                    "record_id": record_id,
                    "activity_id": number,
                    "kind": kind,
                    "day": today - ago,
                    "status": status,
                    "ours": ours,
                    "theirs": theirs,
                }
            )
            parties += [{"activity_id": number, "address_id": 1 + n, "role": "to"} for n in range(1 + number % 4)]
            if status == "done":
                days.append({"record_id": record_id, "kind": kind, "day": today - ago, "ours": ours, "theirs": theirs})
    insert_new(conn, Activity, activities, key=["key"])
    insert_new(conn, RecordActivity, links, key=["record_id", "activity_id"])
    insert_new(conn, ActivityParty, parties, key=["activity_id", "address_id", "role"])
    insert_new(conn, ContactDay, days, key=["record_id", "kind", "day"])


def _rate(conn: object, deals: Sequence[Deal], numbers: Sequence[int]) -> None:
    today = number_of(TODAY)
    rows = [
        (index, KINDS.index(kind), today - ago, ours, theirs)
        for index, deal in enumerate(deals)
        for kind, ago, ours, theirs in {(c[0], c[1]): c for c in deal.contacts}.values()
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    days = ContactDays.from_arrays(**dict(zip(("record", "kind", "day", "ours", "theirs"), columns, strict=True)))
    ratings = rate(
        days,
        records=len(deals),
        today=np.array([today - (deal.closed_ago or 0) for deal in deals]),
        created=np.array([today - deal.created_ago for deal in deals]),
        window_began=today - 400,
        rules=HealthRules(),
        closed=np.array([deal.status != "open" for deal in deals]),
        degraded=np.array([deal.degraded for deal in deals]),
        has_planned=np.array([deal.planned_in is not None for deal in deals]),
    )
    health = []
    for deal, record_id, found in zip(deals, numbers, ratings.rows(), strict=True):
        last = max((today - ago for _, ago, _, _ in deal.contacts), default=None)
        health.append(
            {
                "record_id": record_id,
                "as_of": found.as_of,
                "rules_version": 0,
                "state": found.state.value,
                "closed": found.closed,
                "recent": found.recent,
                "score": found.score,
                "exact": found.exact,
                "rating": found.band and found.band.value,
                "trend": found.trend and found.trend.value,
                "trend_points": found.trend_points,
                "falls_on": None if found.falls_on is None else day_of(found.falls_on),
                "falls_to": found.falls_to and found.falls_to.value,
                "last_activity_at": None if last is None else NOW - timedelta(days=today - last),
                "next_activity_at": None if deal.planned_in is None else NOW + timedelta(days=deal.planned_in),
            }
        )
    insert_new(conn, Health, health, key=["record_id"])
