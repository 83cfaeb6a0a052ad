"""A small invented organisation with a CRM, and a client of its Web API that speaks to it in-process."""

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug.test import TestResponse

from relationship.activities import Kind
from simulator.dataverse import Crm, ServiceProtection, blueprint
from simulator.faults import FaultPlan
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

NOW = datetime(2026, 6, 17, 7, tzinfo=UTC)
APPLICATION = "11111111-2222-3333-4444-555555555555"


def person(name: str, side: Side, account: str | None = None, title: str = "", *aliases: str) -> Person:
    return Person(name, f"{name}@mail.example", f"Nom {name}", side, account, title, aliases)


def deal(name: str, status: OpportunityStatus = OpportunityStatus.OPEN, **said: Any) -> Opportunity:
    usual: dict[str, Any] = {
        "account_id": "a1", "owner_id": "seller", "team_ids": ("helper",), "contact_ids": ("c1", "c2"),
        "stage": "Propose", "probability": 60, "estimated_value": 120000.0,
        "created_on": date(2026, 1, 5), "close_on": date(2026, 9, 30),
    }  # fmt: skip
    return Opportunity(id=name, name=f"Projet {name}", status=status, **(usual | said))


def mail(name: str, at: datetime, sender: str, *to: str) -> WorldActivity:
    return WorldActivity(name, Kind.EMAIL, at, None, sender, to, (), None, Source.MSGRAPH, WorldStatus.DONE, "", "")


def small_world(**said: Any) -> World:
    """Two sellers, three contacts of two accounts, one without account, one lead, one list, three deals."""
    usual: dict[str, Any] = {
        "name": "essai",
        "organisation_domain": "nous.example",
        "now": NOW,
        "people": (
            person("c1", Side.CONTACT, "a1", "Directrice achats", "c1.alias@mail.example"),
            person("c2", Side.CONTACT, "a1"),
            person("c3", Side.CONTACT, "a2"),
            person("free", Side.CONTACT),
            person("helper", Side.COLLEAGUE),
            person("lead", Side.LEAD),
            person("list", Side.CONTACT, None, "list"),
            person("named", Side.CONTACT),
            person("seller", Side.COLLEAGUE),
        ),
        "accounts": (
            Account("a1", "Acier Loire", "acier-loire.example", "A", 250, None),
            Account("a2", "Bois Jura", "bois-jura.example", "B", None, None),
        ),
        "opportunities": (
            deal("o1"),
            deal("o2", OpportunityStatus.WON, contact_ids=("list", "named"), team_ids=()),
            deal("o3", OpportunityStatus.LOST, account_id="a2", contact_ids=(), team_ids=()),
        ),
        "activities": (
            mail("m1", datetime(2026, 2, 3, 9, tzinfo=UTC), "c2", "seller"),
            mail("m2", datetime(2026, 3, 4, 9, tzinfo=UTC), "helper", "lead"),
            mail("m3", datetime(2026, 3, 5, 9, tzinfo=UTC), "helper", "c1"),
        ),
        "time_zone": "Europe/Paris",
    }
    return World(**(usual | said))


class Client:
    """Reads the Web API as the application does; `token` None sends no token."""

    def __init__(
        self,
        crm: Crm,
        *,
        protection: ServiceProtection | None = None,
        plan: FaultPlan | None = None,
        environ: dict[str, Any] | None = None,
    ) -> None:
        app = Flask("test")
        ordered = plan or FaultPlan()
        app.register_blueprint(
            blueprint(crm, check_token=_claims, protection=protection, faults=lambda path: ordered.due(path, ""))
        )
        self._http = app.test_client()
        self._environ = environ or {}
        self.claims: dict[str, str] | None = {"appid": APPLICATION}
        self.caller = ""  # the Entra object id of the person in whose name it asks

    def get(self, address: str, *, prefer: str = "") -> TestResponse:
        """One GET of a path below the service, or of a whole link."""
        parts = urlsplit(address)
        path = parts.path if parts.scheme else f"/api/data/v9.2/{parts.path}"
        query = f"?{parts.query}" if parts.query else ""
        return self._http.get(path + query, headers=self._headers(prefer), environ_base=self._environ)

    def batch(self, body: str, *, prefer: str = "", content_type: str = "multipart/mixed; boundary=b1") -> TestResponse:
        headers = self._headers(prefer) | {"Content-Type": content_type}
        return self._http.post("/api/data/v9.2/$batch", data=body.encode("latin-1"), headers=headers)

    def _headers(self, prefer: str) -> dict[str, str]:
        headers = {"Prefer": prefer} if prefer else {}
        if self.claims is not None:
            headers["Authorization"] = "Bearer " + json.dumps(self.claims)
        if self.caller:
            headers["CallerObjectId"] = self.caller
        return headers

    def json(self, address: str, *, prefer: str = "") -> dict[str, Any]:
        answer = self.get(address, prefer=prefer)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def refusal(self, address: str, *, prefer: str = "") -> tuple[int, str]:
        """Status and error code of a request that is refused."""
        answer = self.get(address, prefer=prefer)
        return answer.status_code, str(answer.get_json()["error"]["code"])

    def round(self, address: str, *, prefer: str) -> tuple[list[dict[str, Any]], str]:
        """All rows of a tracked round and its delta link."""
        rows: list[dict[str, Any]] = []
        while True:
            page = self.json(address, prefer=prefer)
            rows += page["value"]
            if "@odata.deltaLink" in page:
                return rows, str(page["@odata.deltaLink"])
            address = page["@odata.nextLink"]


def small_crm() -> Crm:
    return Crm(small_world(), application_id=APPLICATION)


def _claims(request: Request) -> dict[str, Any] | None:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return dict(json.loads(token)) if token else None
