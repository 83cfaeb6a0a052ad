"""A seller, colleagues and contacts; a way of sending that remembers; a clock that can be moved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from store_builders import FIRST, people

from relationship.activities import RecordRef
from relationship.config import Config
from relationship.desk.introduce import Asked, Route, Wish, ask
from relationship.errors import RelationshipError
from relationship.graph.ties import TieWord
from relationship.house import House
from relationship.introductions import Via
from relationship.store import deployment
from relationship.store.crm import colleagues, records
from relationship.store.crm.colleagues import DirectoryUser
from relationship.store.crm.records import RecordKind, RecordRow
from relationship.store.database import Store
from relationship.store.knows import introductions
from relationship.store.knows.introductions import Introduction
from relationship.sync.outward.mail_out import Delivery, SellerMail, ServiceMail

TENANT = "7c4b0f4e-0000-4000-8000-000000000001"
NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
ANNE, BRUNO = "anne", "bruno"
TOR, LENA = RecordRef(RecordKind.CONTACT, "c-tor"), RecordRef(RecordKind.LEAD, "l-lena")


@dataclass
class Hands:
    """A way of sending as a seller: keeps what it got; `then` decides what becomes of the next one."""

    mails: list[SellerMail] = field(default_factory=list)
    then: Delivery | RelationshipError = Delivery.LEFT

    def send(self, mail: SellerMail) -> Delivery:
        if isinstance(self.then, RelationshipError):
            raise self.then
        self.mails.append(mail)
        return self.then


@dataclass
class Letterbox:
    """Where the service's own mails go; `fails` refuses them."""

    mails: list[ServiceMail] = field(default_factory=list)
    fails: RelationshipError | None = None

    def send(self, mail: ServiceMail) -> None:
        if self.fails is not None:
            raise self.fails
        self.mails.append(mail)


@dataclass
class Bench:
    """An organisation in which Anne may ask Bruno and Carla for Tor and Lena, and the hands that send."""

    house: House
    hands: Hands
    letterbox: Letterbox
    time: list[datetime]

    def pass_days(self, days: float) -> None:
        self.time[0] += timedelta(days=days)

    def ask(self, colleague: str = BRUNO, target: RecordRef = TOR, *, seller: str = ANNE, **changes: Any) -> Asked:
        routes: Callable[[RecordRef, str], Route | None] = changes.pop("routes", everybody_knows)
        return ask(
            self.house,
            wish(colleague, target, **changes),
            seller_key=seller,
            find_route=routes,
            posts={Via.GRAPH: self.hands, Via.CRM: self.hands},
        )

    def one(self, key: str) -> Introduction:
        with self.house.store.reading() as conn:
            found = introductions.by_key(conn, key)
        assert found is not None
        return found


def everybody_knows(_target: RecordRef, _colleague: str) -> Route | None:
    return Route(TieWord.MEDIUM, 1)


def nobody_knows(_target: RecordRef, _colleague: str) -> Route | None:
    return None


def wish(colleague: str = BRUNO, target: RecordRef = TOR, **changes: Any) -> Wish:
    usual: dict[str, Any] = {
        "template_key": "court",
        "subject": "Présentation auprès de Tor",
        "body": "Bonjour Bruno,\n\nPourriez-vous nous mettre en relation ?\n\nAnne",
        "via": Via.GRAPH,
        "request_key": str(uuid4()),
    }
    return Wish(colleague_key=colleague, target=target, **{**usual, **changes})


def config(**changes: Any) -> Config:
    usual: dict[str, Any] = {
        "mode": "test",
        "tenant_id": TENANT,
        "base_url": "https://liens.fjord.example",
        "secret_key": "a key for tests only, long enough",
    }
    return Config(_env_file=None, **{**usual, **changes})


def bench_over(store: Store, **changes: Any) -> Bench:
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id=TENANT, time_zone="Europe/Paris", read_from=None)
        deployment.set_domains(conn, ["fjord.example"])
        people(conn)
        more = [
            DirectoryUser(key, key.capitalize(), key != "gone", (f"{key}@fjord.example",))
            for key in ("anne", "bruno", "carla", "david", "emma", "gone")
        ]
        colleagues.save_directory(conn, more, [], place=FIRST)
        created = datetime(2024, 6, 17, tzinfo=UTC).date()
        rows = [
            RecordRow(RecordKind.LEAD, "l-lena", "Lena", "open", created, addresses=("lena@vest.example",)),
            RecordRow(RecordKind.LEAD, "l-inside", "Bruno", "open", created, addresses=("bruno@fjord.example",)),
        ]
        records.save(conn, RecordKind.LEAD, rows, [], place=FIRST)
    time = [NOON]
    return Bench(House(config(**changes), store, lambda: time[0]), Hands(), Letterbox(), time)
