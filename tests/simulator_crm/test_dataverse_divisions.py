"""Business units own records, accounts are in segments, and what people see is told only when it is asked for."""

from dataclasses import replace

import pytest
from crm_world import APPLICATION, Client, small_world

from simulator import identity
from simulator.dataverse import Crm
from simulator.dataverse.schema import FIRST_OWN_CHOICE
from simulator.demo_world import generate
from simulator.world import BusinessUnit, Side

UNIT, SHOWN = "_owningbusinessunit_value", "OData.Community.Display.V1.FormattedValue"
ANNOTATED = f'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname,{SHOWN}"'
NORTH = identity.business_unit("nous.example", "Nord")


@pytest.fixture
def crm() -> Crm:
    world = replace(small_world(), business_units=(BusinessUnit("Nord", ("seller",)),))
    return Crm(world, application_id=APPLICATION)


@pytest.fixture
def client(crm: Crm) -> Client:
    return Client(crm)


def deal(client: Client, prefer: str = "") -> dict[str, object]:
    return client.json(f"opportunities({identity.opportunity('o1')})?$select={UNIT}", prefer=prefer)


@pytest.mark.parametrize(
    ("prefer", "annotations"),
    [
        ("", set()),
        ('odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"', {"lookuplogicalname"}),
        (ANNOTATED, {"lookuplogicalname", "FormattedValue"}),
    ],
)
def test_annotations_come_only_when_they_are_asked_for(client: Client, prefer: str, annotations: set[str]):
    told = deal(client, prefer)
    assert told[UNIT] == NORTH
    assert {name.rpartition(".")[2] for name in told if name.startswith(f"{UNIT}@")} == annotations


def test_a_record_belongs_to_the_unit_of_its_owner_by_name(client: Client):
    assert deal(client, ANNOTATED)[f"{UNIT}@{SHOWN}"] == "Nord"
    user = client.json(f"systemusers({identity.system_user('seller')})?$select=_businessunitid_value")
    assert user["_businessunitid_value"] == NORTH


def test_another_owner_takes_the_record_along(client: Client, crm: Crm):
    crm.change_owner("opportunity", identity.opportunity("o1"), identity.system_user("helper"))
    told = deal(client, ANNOTATED)
    assert (told[UNIT], told[f"{UNIT}@{SHOWN}"]) == (client.json("WhoAmI")["BusinessUnitId"], "essai")


def test_the_segment_of_an_account_is_a_choice_with_a_label(client: Client):
    rows = client.json("accounts?$select=name,new_segment", prefer=ANNOTATED)["value"]
    found = {row["name"]: (row["new_segment"], row[f"new_segment@{SHOWN}"]) for row in rows}
    assert found == {"Acier Loire": (FIRST_OWN_CHOICE, "A"), "Bois Jura": (FIRST_OWN_CHOICE + 1, "B")}


def test_accounts_and_leads_have_the_column_and_no_other_table(client: Client):
    assert client.json("leads?$select=new_segment")["value"][0]["new_segment"] is None
    assert client.refusal("contacts?$select=new_segment") == (400, "0x80060888")
    assert client.refusal("accounts?$select=new_Segment") == (400, "0x80060888")


def test_a_world_without_segments_and_units_is_one_unit_without_segments():
    plain = small_world()
    crm = Crm(replace(plain, accounts=tuple(replace(one, segment="") for one in plain.accounts)))
    row = crm.row("account", identity.account("a1"))
    assert "new_segment" not in row
    assert crm.divisions.segments == {}
    assert crm.divisions.unit_name(crm.divisions.root) == "essai"


def test_the_invented_company_has_each_seller_in_one_unit_and_deals_in_all():
    world = generate()
    placed = [person for unit in world.business_units for person in unit.person_ids]
    owners = {deal.owner_id for deal in world.opportunities}
    assert [unit.name for unit in world.business_units] == ["Ventes France Nord", "Ventes France Sud", "Grands comptes"]
    assert len(placed) == len(set(placed))
    assert owners <= set(placed) <= {one.id for one in world.people if one.side is Side.COLLEAGUE}
    assert all(owners & set(unit.person_ids) for unit in world.business_units)
