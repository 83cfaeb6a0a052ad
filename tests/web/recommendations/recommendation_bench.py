"""The pages in front of a simulated Microsoft 365 and Dynamics 365: an account of it with signals, and Ines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msal
import web_builder
from crm_of_tests import CrmOfTests
from recommendation_builder import signal
from web_site import Site, begin_visits, config

from relationship.activities import RecordKind
from relationship.clock import frozen_clock, real_clock
from relationship.house import House
from relationship.store.crm import colleagues, records
from relationship.store.crm.colleagues import CrmUser, DirectoryUser
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store
from relationship.store.rights import web_sessions
from relationship.store.rights.web_sessions import Visit
from relationship.store.signals.signal_tables import SIGNAL, SignalRecord
from relationship.store.sources.cursors import Place
from relationship.store.upsert import insert_new
from relationship.sync.wire import delegated
from relationship.sync.wire.delegated import Consents, Right
from relationship.sync.wire.sessions import open_session
from simulator import identity
from simulator.entra import Grant
from simulator.server import Running, start
from simulator.world import Account, Opportunity, OpportunityStatus, Person, Side, SignIn, World
from web.app import create_app

INES, OMAR, TOR = "ines@fjord.example", "omar@fjord.example", "tor@nordlys.example"
FIRST = Place(round=1, full=True)


def world() -> World:
    ours = tuple(Person(n, f"{n}@fjord.example", n.title(), Side.COLLEAGUE, None, "", ()) for n in ("ines", "omar"))
    deal = Opportunity(
        "o1", "Offer 118", "nordlys", "ines", ("omar",), ("tor",), OpportunityStatus.OPEN, "Propose", 60, 12_000.0,
        date(2026, 4, 1), date(2026, 8, 1),
    )  # fmt: skip
    return World(
        name="fjord",
        organisation_domain="fjord.example",
        now=datetime(2026, 6, 17, tzinfo=UTC),
        people=(*ours, Person("tor", TOR, "Tor Vik", Side.CONTACT, "nordlys", "", ())),
        accounts=(Account("nordlys", "Nordlys", "nordlys.example", "", 40, None),),
        opportunities=(deal,),
        activities=(),
        domains=("fjord.example",),
        sign_in=(SignIn("ines", ("seller",)),),
    )


@dataclass
class Bench:
    site: Site
    running: Running
    signal: int

    @property
    def house(self) -> House:
        found: House = self.site.app.extensions["house"]
        return found

    @property
    def key(self) -> str:
        return str(self.running.organisation.user("ines").id)

    def allow(self, right: Right) -> None:
        """Ines gives a right of her own, through the simulated Entra."""
        cache = msal.SerializableTokenCache()
        cfg = self.house.config
        with open_session(cfg.ca_file) as session:
            app = delegated.application(cfg, cache, session)
            wanted = [delegated.scope(cfg, right)]
            flow = app.initiate_auth_code_flow(wanted, redirect_uri="http://localhost/auth/callback")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(flow["auth_uri"]).query).items()}
            user = self.running.organisation.user("ines")
            grant = Grant(user, (), asked["scope"], asked["redirect_uri"], asked["nonce"], asked["code_challenge"])
            code = self.running.services.entra.grant_code(grant)
            assert "access_token" in app.acquire_token_by_auth_code_flow(flow, {"code": code, "state": asked["state"]})
        consents = Consents(cfg, self.house.store, self.house.vault(), right=right)
        consents.keep(self.key, cache.serialize(), at=real_clock())


@contextmanager
def bench(store: Store) -> Iterator[Bench]:
    with start(world()) as running:
        web_builder.prepare(store)
        begin_visits(store)
        cfg = config(
            tenant_id=running.tenant_id,
            client_id=running.client_id,
            client_secret=running.client_secret,
            authority_url=running.authority_url,
            msgraph_url=running.msgraph_url,
            dataverse_url=running.dataverse_url,
            ca_file=running.ca_file,
            time_zone="Europe/Paris",
        )
        house = House(cfg, store, frozen_clock(web_builder.NOW), CrmOfTests(store))
        found = Bench(Site(create_app(house), store), running, _fill(store, running))
        yield found


def _fill(store: Store, running: Running) -> int:
    """The account, its contact and its deal, as the sync would have brought them, and a signal of silence."""
    keys = {name: str(running.organisation.user(name).id) for name in ("ines", "omar")}
    created = date(2024, 6, 17)
    account, tor = identity.account("nordlys"), identity.contact("tor")
    far = datetime(2100, 1, 1, tzinfo=UTC)
    with store.transaction() as conn:
        people = {"ines": INES, "omar": OMAR}
        directory = [DirectoryUser(keys[n], n.title(), True, (address,)) for n, address in people.items()]
        crm = [CrmUser(identity.system_user(n), keys[n], n.title(), a, True) for n, a in people.items()]
        colleagues.save_directory(conn, directory, [], place=FIRST)
        colleagues.save_crm_users(conn, crm, [], place=FIRST)
        ines = identity.system_user("ines")
        rows: list[tuple[RecordKind, RecordRow]] = [
            (RecordKind.ACCOUNT, _row(RecordKind.ACCOUNT, account, "Nordlys", created, owner_guid=ines)),
            (
                RecordKind.CONTACT,
                _row(RecordKind.CONTACT, tor, "Tor Vik", created, account_guid=account, addresses=(TOR,)),
            ),
        ]
        for kind, row in rows:
            records.save(conn, kind, [row], [], place=FIRST)
        web_sessions.begin(conn, "ines", Visit(keys["ines"], "Ines", ("seller",), far, far))
        number = conn.exec_driver_sql("SELECT id FROM record WHERE kind = 'account'").scalar_one()
        insert_new(
            conn, SignalRecord, [signal("H-R4", "risk", number, None, number)],
            key=["detector", "subject_id", "key"],
        )  # fmt: skip
        return int(conn.execute(SIGNAL.select().with_only_columns(SIGNAL.c.id)).scalar_one())


def _row(kind: RecordKind, guid: str, name: str, created: date, **more: Any) -> RecordRow:
    return RecordRow(kind, guid, name, "active", created, **more)
