"""The whole way of an alert: doors by which texts come in, a simulated CRM, a mail server, a receiver of webhooks, and
the pages on which people decide."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
import web_builder
from api.api_caller import OURS, Caller
from crm_of_tests import CrmOfTests
from outbox.outbox_bench import KEY, SECRET, Receiver, receiver
from sync.sync_world import House as Reading
from sync.sync_world import config_for, world
from web_site import Site, begin_visits

from relationship.access import AppRole, Reader
from relationship.clock import day_number
from relationship.desk import alert_rules, told_alerts
from relationship.desk.alert_rules import Person
from relationship.desk.deliver import Ways, drain
from relationship.desk.hear import Said, hear
from relationship.desk.keep_moods import keep_moods
from relationship.desk.raise_alerts import raise_alerts
from relationship.desk.tell_alerts import tell
from relationship.desk.told_alerts import Told
from relationship.desk.write_moods import turn
from relationship.house import House
from relationship.importing.options import Options
from relationship.store import rules as stored
from relationship.store import tables
from relationship.store.alerts import alerts
from relationship.store.alerts.alerts import Raised
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.database import Store
from relationship.store.outbox import hook_secrets
from relationship.store.verbatims.verbatims import Source
from relationship.sync.outward import crm_columns
from relationship.sync.outward.mail_out import BySmtp
from relationship.sync.outward.webhooks import HookPost
from relationship.terminal import bringing_in
from relationship.terminal.bringing_in_verbatims import taken, told
from relationship.verbatims.alerts.cases import BY_KEY
from relationship.verbatims.alerts.rule import AlertRule
from settings.rules import Actions
from simulator import identity
from simulator.dataverse.schema import Ref
from simulator.server import Running, start
from web.app import create_app

# When somebody works: no quiet hours in Paris.
MORNING = datetime.fromisoformat("2026-06-17T09:00:00+00:00")
NORDLYS, GRANIT = identity.account("nordlys"), identity.account("granit")
_record, _colleague = tables.table(Record), tables.table(Colleague)


@dataclass
class CaseWorld:
    """now: of everything, the outbox too. The accounts are Nordlys (Tor, Eva) and Granit (Paul)."""

    reading: Reading
    house: House
    site: Site
    running: Running
    receiver: Receiver
    sink: Any
    post: BySmtp
    time: list[datetime]

    def begins_a_day(self) -> None:
        """The next morning, so that no limit of mails of one case holds in another."""
        self.time[0] = MORNING + timedelta(days=1 + (self.time[0] - MORNING).days)

    @property
    def day(self) -> str:
        return self.time[0].date().isoformat()

    # --- texts come in ---

    def says(self, text: str, *, source: Source = Source.SURVEY, **fields: Any) -> None:
        said = Said(source, day_number(self.time[0], self.house.config.zone), text, **fields)
        outcome = hear(self.house, [said], by="anne")
        assert outcome.added + outcome.changed == 1

    def calls_the_api(self, **row: Any) -> None:
        row = {"day": self.day, "source": "comment", **row}
        answer = Caller(self.site).post("/verbatims", {"rows": [row]})
        assert answer.json["added"] == 1, answer.json

    def brings_in(self, folder: Path, text: str) -> None:
        (folder / "enquete.csv").write_text(text, encoding="utf-8")
        source, digest, lines = bringing_in.source_of(folder / "enquete.csv")
        columns, options = told(self.house, source, Options(), {})
        taken(self.house, source, options, columns, digest=digest, lines=lines)

    # --- rules ---

    def starts(self, case: str, **changes: Any) -> int:
        """The ready-made rule, edited and switched on."""
        rule = AlertRule.model_validate({**BY_KEY[case].started("fr").model_dump(), **changes})
        return alert_rules.save(self.house, rule, enabled=True, person=self.admin)

    @property
    def admin(self) -> Person:
        return Person(Reader(self.key("lina"), frozenset({AppRole.SALES_ADMIN})), "Lina")

    def key(self, person: str) -> str:
        with self.house.store.reading() as conn:
            found = conn.scalar(sa.select(_colleague.c.key).where(_colleague.c.name == person.title()))
        assert found is not None
        return str(found)

    # --- the scheduler's rounds ---

    def rounds(self) -> None:
        raise_alerts(self.house, clock=self.now)
        tell(self.house, clock=self.now)
        hooks = HookPost(
            config_for(self.running, ca_file=self.receiver.ca_file), resolve=lambda _name, _port: ("127.0.0.1",)
        )
        drain(self.house, Ways(mail=self.post, crm=self.channel, hooks=hooks), clock=self.now)

    def writes_back(self) -> dict[str, Any]:
        """The columns of Nordlys in the CRM after the moods were kept and written."""
        keep_moods(self.house)
        found = turn(self.house, self.channel)
        assert found.trouble is None
        return {
            name: value
            for name, value in self.running.services.crm.truth()["account"][NORDLYS].items()
            if name.startswith("rel_customer")
        }

    def now(self) -> datetime:
        return self.time[0]

    def wait(self, **span: float) -> None:
        self.time[0] += timedelta(**span)

    @property
    def channel(self) -> Any:
        assert self.reading.microsoft is not None
        return self.reading.microsoft.dataverse

    # --- what arrived ---

    def mails(self) -> list[tuple[str, EmailMessage]]:
        return [(to[0], mail) for to, mail in self.sink.mails()]

    def tasks(self) -> list[dict[str, Any]]:
        """Those about Nordlys that this service made."""
        rows = self.running.services.crm.truth()["task"].values()
        return [row for row in rows if row.get("_regardingobjectid_value") == NORDLYS and row.get("description")]

    def notes(self) -> list[dict[str, Any]]:
        return [
            row for row in self.running.services.crm.notes.values() if row["_objectid_value"] == Ref("account", NORDLYS)
        ]

    # --- people decide on the pages ---

    def alerts(self, rule: int) -> list[Raised]:
        """Of one rule, newest first."""
        with self.house.store.reading() as conn:
            return alerts.page(conn, limit=100, rule_id=rule)

    def told(self, alert: Raised) -> dict[str, Told]:
        with self.house.store.reading() as conn:
            return {one.target: one for one in told_alerts.told(conn, alert.id)}

    def decides(self, alert: Raised, state: str) -> None:
        self.posts(f"/alerts/{alert.id}", state=state, note="lu")
        with self.house.store.reading() as conn:
            assert alerts.of_ids(conn, [alert.id])[0].state == state

    def posts(self, path: str, **form: str) -> None:
        client = self.site.as_("sales_admin")
        token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/alerts").text)[0]
        answer = client.post(path, data={"csrf_token": token, **form}, headers=OURS)
        assert answer.status_code == 303, answer.text[:2000]


@contextmanager
def case_world(store: Store, folder: Path, sink: Any, post: BySmtp) -> Iterator[CaseWorld]:
    """The organisation, read once, with the columns in its CRM and an endpoint for webhooks."""
    time = [MORNING]
    with start(world([])) as running, receiver(folder) as there:
        reading = Reading(config_for(running), store, running)
        assert reading.sync().troubles == ()
        with closing(reading):
            config = config_for(
                running,
                secret_key="a key for tests only, long enough",
                encryption_keys=KEY,
                base_url="http://localhost",
                crm_write=True,
                alert_folder=folder,
            )
            assert reading.microsoft is not None
            list(crm_columns.provision(reading.microsoft.dataverse, "rel"))
            house = House(config, store, lambda: time[0])
            with store.transaction() as conn:
                hook_secrets.replace(conn, house.vault(), "erp", SECRET, now=MORNING)
                _version, rules = stored.current(conn)
                actions = Actions.model_validate({"endpoints": [{"key": "erp", "name": "ERP", "url": there.url}]})
                stored.save(conn, rules.model_copy(update={"actions": actions}), at=MORNING, by="test")
            begin_visits(store)
            crm = CrmOfTests(store)
            crm.take_for(web_builder.oid(0), sees_all=True)
            app = create_app(House(config, store, lambda: time[0], crm))
            # What pages hand over is due now, by the clock of this world.
            with patch("relationship.desk.decide_alert.real_clock", lambda: time[0]):
                yield CaseWorld(reading, house, Site(app, store, crm), running, there, sink, post, time)
