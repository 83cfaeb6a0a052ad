"""A filled organisation for the tests of the settings' pages, its forms as a browser sends them, and visitors."""

import re
from typing import Any

import sqlalchemy as sa
import web_builder
from browsing import after
from playwright.sync_api import expect
from web_site import Site

from relationship.desk.rate import rate_all
from relationship.store import rules, tables
from relationship.store.crm.record_tables import Record
from relationship.store.ratings.rating_tables import Health
from settings.pages.health_form import fields
from settings.rules import HealthSection

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
PAGE = "/settings/health"


def token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found[1]


def post(client: Any, path: str, form: dict[str, str]) -> Any:
    """As a browser sends the form of the page."""
    shown = client.get(PAGE).text
    return client.post(path, data={"csrf_token": token(shown), **form}, headers=SAME_SITE)


def form(version: int = 0, base: HealthSection | None = None, **changes: str) -> dict[str, str]:
    """The form as it was shown at a version, with some fields typed anew."""
    base = base or HealthSection()
    typed = {name.replace("_", "-"): text for name, text in changes.items()}
    return {"version": str(version), **fields(base, base), **typed}


def in_force(site: Site) -> tuple[int, HealthSection]:
    with site.store.reading() as conn:
        version, found = rules.current(conn)
    return version, found.health


def bands_shown(site: Site) -> dict[str, str | None]:
    record, health = tables.table(Record), tables.table(Health)
    query = sa.select(record.c.guid, health.c.rating).join(health, health.c.record_id == record.c.id)
    with site.store.reading() as conn:
        return dict(conn.execute(query.where(record.c.kind == "opportunity", record.c.status == "open")).all())


NORTH, SOUTH = "1c0f2a55-3c1d-4d5e-8a54-2f1a7d7c9b10", "1c0f2a55-3c1d-4d5e-8a54-2f1a7d7c9b11"


def fill(site: Site, deals: int = 60) -> Site:
    """Deals of all sorts, every other one of another team, accounts in two segments; rated as the product does."""
    site.fill(web_builder.deals_of_all_sorts(deals))
    record = tables.table(Record)
    with site.store.transaction() as conn:
        for rest, (team, name, segment) in enumerate([(NORTH, "Ventes Nord", "Industrie"), (SOUTH, "Ventes Sud", "")]):
            half = record.c.id % 2 == rest
            conn.execute(sa.update(record).where(half).values(team_guid=team, team_name=name, segment=segment))
    rate_all(site.app.extensions["house"])
    return site


def settled(page: Any) -> None:
    """The effect of what is on the screen has arrived."""
    after(page, 200)
    expect(page.locator("#effect.htmx-request")).to_have_count(0)
    expect(page.locator("#effect .effect-foot")).to_be_visible()


def saved(page: Any) -> None:
    page.click("#save")
    expect(page.locator(".banner-saved")).to_be_visible()
