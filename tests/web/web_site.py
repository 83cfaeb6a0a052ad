"""The application over a store, and clients with somebody signed in without a detour through Microsoft."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
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
from web.app import create_app
from web.members import SESSION_SECONDS


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


def session_of(role: str, seller: int = 0) -> dict[str, Any]:
    """What a finished sign-in leaves in the session; an empty role is somebody without any."""
    oid = web_builder.oid(seller)
    member = {
        "oid": oid,
        "name": web_builder.SELLERS[seller],
        "roles": [AppRole(role).value] if role else [],
        "until": int(time.time()) + SESSION_SECONDS,
    }
    return {"member": member, "_user_id": oid, "_fresh": True}


def site_over(store: Store, **changes: Any) -> Site:
    web_builder.prepare(store)
    crm = CrmOfTests(store)
    app = create_app(House(config(**changes), store, frozen_clock(web_builder.NOW), crm))

    @app.before_request
    def the_crm_knows_roles() -> None:
        if current_user.is_authenticated:
            crm.take_for(current_user.oid, sees_all=bool(set(current_user.roles) - {AppRole.SELLER}))

    return Site(app, store, crm)
