"""Ten thousand cells of rights: role x record x field, served from the real way to the simulated CRM.

What somebody may read is worked out here from how the organisation was made up (who owns what, who is in which unit,
what was shared), never by asking the product or the simulator. Every cell of every file is then either the value in
the CRM or absent, and lists, pages and figures agree with it.
"""

import csv
import html
import io
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from store_builders import may_read
from web_site import VISIT, config

from relationship.access import AppRole
from relationship.clock import frozen_clock
from relationship.house import House, prepare
from relationship.store.database import Store, open_store
from relationship.store.rights import reader_sets, web_sessions
from relationship.store.rights.web_sessions import Visit
from relationship.sync.run import sync_once
from relationship.sync.wire.connection import connect
from simulator import identity
from simulator.dataverse import Crm
from simulator.dataverse.rights import Depth
from simulator.server import start
from simulator.world import (
    Account,
    BusinessUnit,
    Opportunity,
    OpportunityStatus,
    Person,
    Side,
    SignIn,
    World,
)
from web.app import create_app

NOW = datetime(2026, 6, 17, 8, 30, tzinfo=UTC)
NORTH, SOUTH = ("anna", "bruno", "unit", "nothing"), ("chloe", "boss", "gone")
UNIT_OF = {name: NORTH if name in NORTH else SOUTH for name in (*NORTH, *SOUTH)}
# anna, bruno, chloe: sellers who read their own; unit: reads the own unit's; boss: a manager who reads everything;
# nothing: no privilege on the table; gone: blocked in the CRM. The last two own deals as well.
ROLES = {name: "sales_manager" if name == "boss" else "seller" for name in UNIT_OF}
STAGES = ("Qualify", "Develop", "Propose", "Close")
DEALS = 200


@dataclass(frozen=True)
class Shared:
    """Who else reads a deal: by sharing with the person, or with a team of the person."""

    person: str
    deal: str
    by_team: bool


def _world() -> World:
    dice = random.Random(20260617)
    people = tuple(
        Person(name, f"{name}@fjord.example", name.title(), Side.COLLEAGUE, None, "", ()) for name in UNIT_OF
    )
    accounts = tuple(Account(f"a{n:02}", f"Client {n:02}", f"client{n:02}.example", "", None, None) for n in range(40))
    names = sorted(UNIT_OF)
    deals = tuple(
        Opportunity(
            id=f"d{n:03}",
            name=f"Affaire {n:03}",
            account_id=dice.choice(accounts).id,
            owner_id=dice.choice(names),
            team_ids=tuple(sorted(set(dice.choices(names, k=dice.choice((0, 0, 0, 1, 2)))))),
            contact_ids=(),
            status=OpportunityStatus.OPEN,
            stage=dice.choice(STAGES),
            probability=60,
            estimated_value=float(dice.randrange(1_000, 90_000)),
            created_on=date(2026, 1, 1) + timedelta(days=dice.randrange(100)),
            close_on=date(2026, 7, 1) + timedelta(days=dice.randrange(200)),
        )
        for n in range(DEALS)
    )
    return World(
        name="Fjord",
        organisation_domain="fjord.example",
        now=NOW,
        people=tuple(sorted(people, key=lambda one: one.id)),
        accounts=accounts,
        opportunities=deals,
        activities=(),
        domains=("fjord.example",),
        sign_in=tuple(SignIn(name, (role,)) for name, role in ROLES.items()),
        business_units=(BusinessUnit("Nord", NORTH), BusinessUnit("Sud", SOUTH)),
    )


def _shares(world: World) -> tuple[Shared, ...]:
    dice = random.Random(11)
    deals = dice.sample(world.opportunities, 30)
    return tuple(Shared(dice.choice(sorted(UNIT_OF)), deal.id, dice.random() < 0.5) for deal in deals)


WORLD = _world()
SHARES = _shares(WORLD)


def may(person: str, deal: Opportunity) -> bool:
    """Whether somebody may read a deal, by how this organisation was made up."""
    if person in ("nothing", "gone"):
        return False
    if person == "boss" or deal.owner_id == person or person in deal.team_ids:
        return True
    if person == "unit" and deal.owner_id in NORTH:
        return True
    return any((one.person, one.deal) == (person, deal.id) for one in SHARES)


def cells(deal: Opportunity) -> dict[str, str]:
    """What a file in English says of a deal, by the title of the column."""
    assert deal.close_on is not None
    return {
        "Opportunity": deal.name,
        "Account": next(one.name for one in WORLD.accounts if one.id == deal.account_id),
        "Status": "Open",
        "Rating": "Being computed",
        "Health score": "",
        "Trend": "",
        "Value": f"{deal.estimated_value:.2f}",
        "Currency": "EUR",
        "Closing date": deal.close_on.isoformat(),
        "Last activity": "",
        "Next activity": "",
        "Stage": deal.stage,
        "Owner": deal.owner_id.title(),
    }


@dataclass
class Office:
    crm: Crm
    store: Store
    clients: Mapping[str, FlaskClient]


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The organisation, read by the product, with everybody signed in."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('cells') / 'cells.db'}")
    with start(WORLD) as running:
        crm = running.services.crm
        for one in SHARES:
            user, guid = identity.system_user(one.person), identity.opportunity(one.deal)
            if one.by_team:
                team = identity.guid("team", f"{one.person}:{one.deal}")
                crm.rights.join_team(team, user)
                crm.rights.share("opportunity", guid, team)
            else:
                crm.rights.share("opportunity", guid, user)
        crm.rights.set_depth(identity.system_user("unit"), "opportunity", Depth.UNIT)
        crm.rights.set_depth(identity.system_user("nothing"), "opportunity", Depth.NONE)
        reach = {
            name: getattr(running, name)
            for name in (
                "tenant_id",
                "client_id",
                "client_secret",
                "authority_url",
                "msgraph_url",
                "dataverse_url",
                "ca_file",
            )
        }
        house = House(config(**reach, sources="crm", read_window_days=400), store, frozen_clock(NOW))
        prepare(house)
        may_read(store)
        with closing(connect(house.config)) as microsoft:
            assert sync_once(house, microsoft=microsoft).troubles == ()
        crm.update("systemuser", identity.system_user("gone"), {"isdisabled": True})
        yield Office(crm, store, _signed_in(house))
    store.close()


def _signed_in(house: House) -> Mapping[str, FlaskClient]:
    app, clients, far = create_app(house), {}, datetime(2100, 1, 1, tzinfo=UTC)
    for person, role in ROLES.items():
        oid = identity.msgraph_user(person)
        with house.store.transaction() as conn:
            web_sessions.begin(conn, person, Visit(oid, person.title(), (AppRole(role).value,), far, far))
        client = clients[person] = app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        with client.session_transaction() as session:
            session.update({VISIT: person, "_user_id": oid, "_fresh": True})
    return clients


@pytest.mark.parametrize("person", sorted(ROLES))
def test_every_cell_of_a_file_is_the_crm_s_or_absent(office: Office, person: str) -> None:
    text = office.clients[person].get("/opportunities.csv?status=all").text.removeprefix("\ufeff")
    served = {row["Opportunity"]: row for row in csv.DictReader(io.StringIO(text))}
    expected = {deal.name: cells(deal) for deal in WORLD.opportunities if may(person, deal)}
    for deal in WORLD.opportunities:
        for field, value in cells(deal).items():
            cell = served.get(deal.name, {}).get(field)
            assert cell == (value if may(person, deal) else None), (person, deal.id, field)
    assert served.keys() == expected.keys()


def test_they_are_more_than_ten_thousand_cells() -> None:
    assert len(ROLES) * DEALS * len(cells(WORLD.opportunities[0])) > 10_000


@pytest.mark.parametrize("person", sorted(ROLES))
def test_list_and_total_hold_the_same_records(office: Office, person: str) -> None:
    expected = {identity.opportunity(deal.id) for deal in WORLD.opportunities if may(person, deal)}
    with office.store.transaction() as conn:
        reader_sets.forget(conn, identity.msgraph_user(person))
    client, found, address = office.clients[person], set(), "/opportunities?status=all&size=100"
    text = client.get(address).text
    assert f"<strong>{len(expected)}</strong>" in text
    while True:
        found |= set(re.findall(r'class="row-link" href="/opportunities/([0-9a-f-]{36})"', text))
        onward = re.search(r'href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"', text)
        if onward is None:
            break
        text = client.get(html.unescape(onward[1] or onward[2])).text
    assert found == expected


@pytest.mark.parametrize("person", sorted(ROLES))
def test_a_page_opens_where_the_list_shows_the_record(office: Office, person: str) -> None:
    """A01"""
    for deal in WORLD.opportunities[::25]:
        status = office.clients[person].get(f"/opportunities/{identity.opportunity(deal.id)}").status_code
        assert status == (200 if may(person, deal) else 404), deal.id


def test_a_record_that_was_handed_over_is_gone_from_list_and_page_at_once(office: Office) -> None:
    """F48: without any sync in between."""
    shared = {one.deal for one in SHARES}
    deal = next(
        one for one in WORLD.opportunities if one.owner_id == "anna" and one.id not in shared and not one.team_ids
    )
    guid = identity.opportunity(deal.id)
    client = office.clients["anna"]
    assert deal.name in client.get(f"/opportunities/{guid}").text
    office.crm.change_owner("opportunity", guid, identity.system_user("chloe"))
    try:
        assert client.get(f"/opportunities/{guid}").status_code == 404
        assert guid not in client.get("/opportunities?status=all&size=100&q=" + deal.name.replace(" ", "+")).text
    finally:
        office.crm.change_owner("opportunity", guid, identity.system_user("anna"))
