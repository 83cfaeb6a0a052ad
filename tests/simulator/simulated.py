"""Builders for an invented organisation, and a client that reads it as the contract describes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests

from relationship.activities import Kind
from simulator.faults import FaultPlan
from simulator.msgraph.call import Answer, Call
from simulator.msgraph.paths import plain_path
from simulator.msgraph.service import GraphService
from simulator.organisation import Organisation
from simulator.registration import READ_ROLES
from simulator.server import Running
from simulator.traffic import Traffic
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

NOW = datetime(2026, 6, 17, tzinfo=UTC)
ORIGIN = "https://localhost/v1.0"
Row = dict[str, Any]
Validate = Callable[[str, Any], None]


def person(person_id: str, side: Side = Side.COLLEAGUE, *, aliases: tuple[str, ...] = (), title: str = "") -> Person:
    domain = "fjord.example" if side is Side.COLLEAGUE or title == "list" else "nordlys.example"
    account = "a1" if side is Side.CONTACT and not title else None
    return Person(person_id, f"{person_id}@{domain}", person_id.capitalize(), side, account, title, aliases)


def mail(mail_id: str, sender: str, *to: str, cc: tuple[str, ...] = (), days_ago: float = 1) -> WorldActivity:
    return WorldActivity(
        id=mail_id,
        kind=Kind.EMAIL,
        at=NOW - timedelta(days=days_ago),
        minutes=None,
        from_id=sender,
        to_ids=to,
        cc_ids=cc,
        regarding_id=None,
        source=Source.MSGRAPH,
        status=WorldStatus.DONE,
        conversation_id="c1",
        subject="Offre 118",
    )


def activity(
    activity_id: str,
    kind: Kind,
    sender: str,
    *to: str,
    at: datetime = NOW - timedelta(days=1),
    minutes: int | None = 30,
    cc: tuple[str, ...] = (),
    status: WorldStatus = WorldStatus.DONE,
    **changes: Any,
) -> WorldActivity:
    base = mail(activity_id, sender, *to, cc=cc)
    return replace(base, kind=kind, at=at, minutes=minutes, status=status, **{"conversation_id": "", **changes})


def meeting(activity_id: str, organiser: str, *invited: str, **changes: Any) -> WorldActivity:
    return activity(activity_id, Kind.MEETING, organiser, *invited, **changes)


def call(activity_id: str, caller: str, *called: str, **changes: Any) -> WorldActivity:
    return activity(activity_id, Kind.CALL, caller, *called, **changes)


def task(activity_id: str, owner: str, *about: str, **changes: Any) -> WorldActivity:
    return activity(activity_id, Kind.TASK, owner, *about, minutes=None, **changes)


def draft(mail_id: str, sender: str, *to: str) -> WorldActivity:
    return replace(mail(mail_id, sender, *to), status=WorldStatus.DRAFT)


def world(*activities: WorldActivity, **changes: Any) -> World:
    """Ines and Omar work at Fjord, Tor at the customer Nordlys; Lina is a prospect, ventes a list of Fjord."""
    people = (
        person("ines", aliases=("i.okafor@fjord.example",)),
        person("omar"),
        person("zoe", title="mailbox"),
        person("tor", Side.CONTACT),
        person("lina", Side.LEAD),
        person("ventes", Side.CONTACT, title="list"),
    )
    opportunity = Opportunity(
        "o1", "Nordlys 2026", "a1", "ines", ("omar",), ("tor",), OpportunityStatus.OPEN, "Propose", 60, 1000.0,
        date(2026, 1, 10), date(2026, 9, 30),
    )  # fmt: skip
    made = World(
        name="Fjord",
        organisation_domain="fjord.example",
        now=NOW,
        people=people,
        accounts=(Account("a1", "Nordlys", "nordlys.example", "A", 120, None),),
        opportunities=(opportunity,),
        activities=activities,
        domains=("fjord.example",),
    )
    return replace(made, **changes)


class DirectGraph:
    """Microsoft Graph of an organisation without a network between."""

    def __init__(self, organisation: Organisation, *, roles: tuple[str, ...] = READ_ROLES) -> None:
        self.organisation = organisation
        self.plan = FaultPlan()
        self.traffic = Traffic()
        self.service = GraphService(organisation, self.plan, self.traffic)
        self.claims = {"aud": "https://graph.microsoft.com", "roles": list(roles)}

    def answer(self, url: str, *, prefer: str = "", method: str = "GET", body: object = None) -> Answer:
        parts = urlsplit(url.removeprefix(ORIGIN))
        call = Call(
            method=method,
            path=plain_path(unquote(parts.path)),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={"prefer": prefer} if prefer else {},
            claims=self.claims,
            origin=ORIGIN,
            body=body,
        )
        return self.service.answer(call)

    def json(self, url: str, *, prefer: str = "") -> Row:
        answer = self.answer(url, prefer=prefer)
        assert answer.status == 200, answer
        assert answer.body is not None
        return answer.body


@dataclass
class DeltaReader:
    """Follows the delta of one collection as the contract asks: rows are merged, removals applied in order."""

    fetch: Callable[[str], Mapping[str, Any] | None]
    start: str
    rows: dict[str, Row] = field(default_factory=dict)
    link: str = ""
    pages: int = 0

    def read(self, *, limit: int = 500) -> None:
        """One round; a page that fails (None) is asked for again. An item without a whole row is unknown."""
        link = self.link or self.start
        for _ in range(limit):
            page = self.fetch(link)
            if page is None:
                continue
            self.pages += 1
            for row in page["value"]:
                if "@removed" in row:
                    self.rows.pop(row["id"], None)
                else:
                    self.rows[row["id"]] = {**self.rows.get(row["id"], {}), **row}
            if "@odata.deltaLink" in page:
                self.link = page["@odata.deltaLink"]
                return
            link = page["@odata.nextLink"]
        raise AssertionError("the round did not end")


class HttpsGraph:
    """A client of a running organisation over its real socket."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(running.ca_file)
        self.session.headers["Authorization"] = f"Bearer {self.token('https://graph.microsoft.com/.default')}"

    def token(self, scope: str) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.running.client_id,
            "client_secret": self.running.client_secret,
            "scope": scope,
        }
        answer = self.session.post(self.token_url, data=form, timeout=10)
        return str(answer.json()["access_token"])

    @property
    def token_url(self) -> str:
        return f"{self.running.authority_url}/{self.running.tenant_id}/oauth2/v2.0/token"

    def get(self, path: str, *, prefer: str = "") -> requests.Response:
        url = path if path.startswith("https://") else self.running.msgraph_url + path
        return self.session.get(url, headers={"Prefer": prefer} if prefer else {}, timeout=10)
