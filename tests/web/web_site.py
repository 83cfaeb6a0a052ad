"""The application over a store, and clients with somebody signed in without a detour through Microsoft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import web_builder
from crm_of_tests import CrmOfTests
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_login import current_user
from web_builder import Deal

from relationship.access import AppRole
from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.house import House
from relationship.store.database import Store
from relationship.store.rights import web_sessions
from relationship.store.rights.web_sessions import Visit
from web.app import create_app
from web.identity.members import VISIT


def config(**changes: Any) -> Config:
    """A complete configuration for tests, unlike anything in the environment."""
    usual: dict[str, Any] = {
        "mode": "test",
        "tenant_id": web_builder.TENANT,
        "client_id": "5d7a2b8e-0000-4000-8000-000000000001",
        "client_secret": "invented",
        "secret_key": "a key for tests only, long enough",
        "encryption_keys": Fernet.generate_key().decode(),
        "base_url": "http://localhost",
    }
    return Config(_env_file=None, **{**usual, **changes})


@dataclass
class Site:
    """The application over one store; `as_(…)` is a client with somebody signed in."""

    app: Flask
    store: Store
    crm: CrmOfTests | None = None

    def fill(self, deals: Sequence[Deal]) -> None:
        web_builder.build(self.store, deals)

    def anonymous(self) -> FlaskClient:
        return self.app.test_client()

    def as_(self, role: str = "sales_manager", seller: int = 0) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        with client.session_transaction() as session:
            session.update(session_of(role, seller))
        return client


def without_form_token(page: str) -> str:
    """The page without the token that every form carries: it is another one every second."""
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)


def session_of(role: str, seller: int = 0) -> dict[str, Any]:
    """What a finished sign-in leaves in the cookie; an empty role is somebody without any."""
    return {VISIT: f"{role}-{seller}", "_user_id": web_builder.oid(seller), "_fresh": True}


def begin_visits(store: Store) -> None:
    """Sign everybody in, in every role: visits that Entra is not asked about again."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    with store.transaction() as conn:
        for seller, name in enumerate(web_builder.SELLERS):
            for role in ("", *AppRole):
                roles = (str(role),) if role else ()
                web_sessions.begin(conn, f"{role}-{seller}", Visit(web_builder.oid(seller), name, roles, far, far))


def site_over(store: Store, **changes: Any) -> Site:
    web_builder.prepare(store)
    begin_visits(store)
    crm = CrmOfTests(store)
    app = create_app(House(config(**changes), store, frozen_clock(web_builder.NOW), crm))

    @app.before_request
    def the_crm_knows_roles() -> None:
        if current_user.is_authenticated:
            crm.take_for(current_user.oid, sees_all=bool(set(current_user.roles) - {AppRole.SELLER}))

    return Site(app, store, crm)
