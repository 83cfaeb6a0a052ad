"""Asking in somebody's name cuts what is read to that person's rights. Rules: dataverse contract, section 16."""

from collections.abc import Callable

import pytest
from crm_world import Client, deal, person, small_world

from simulator import identity
from simulator.dataverse import Crm
from simulator.dataverse.rights import Depth
from simulator.world import BusinessUnit, Side, SignIn

SELLER, OTHER, BOSS = (identity.system_user(name) for name in ("seller", "other", "boss"))
OWN, FOREIGN, JOINED = (identity.opportunity(name) for name in ("own", "foreign", "joined"))
DEALS = "opportunities?$select=opportunityid"
PRIVILEGE, STRANGER = "0x80040220", "0x80041d1f"


@pytest.fixture
def crm() -> Crm:
    """A seller in the north, another one in the south, a manager; one deal of each seller, one with a team."""
    return Crm(
        small_world(
            people=tuple(person(name, Side.COLLEAGUE) for name in ("seller", "other", "boss")),
            opportunities=(
                deal("own", owner_id="seller", contact_ids=(), team_ids=()),
                deal("foreign", owner_id="other", contact_ids=(), team_ids=()),
                deal("joined", owner_id="other", contact_ids=(), team_ids=("seller",)),
            ),
            activities=(),
            sign_in=(SignIn("seller", ("seller",)), SignIn("other", ("seller",)), SignIn("boss", ("sales_manager",))),
            business_units=(BusinessUnit("Nord", ("seller",)), BusinessUnit("Sud", ("other",))),
        ),
        application_id="11111111-2222-3333-4444-555555555555",
    )


@pytest.fixture
def client(crm: Crm) -> Client:
    made = Client(crm)
    made.caller = identity.msgraph_user("seller")
    return made


def read(client: Client) -> set[str]:
    return {row["opportunityid"] for row in client.json(DEALS)["value"]}


def test_the_application_itself_reads_everything(client: Client) -> None:
    client.caller = ""
    assert read(client) == {OWN, FOREIGN, JOINED}


def test_a_seller_reads_own_deals_and_those_of_the_own_sales_teams(client: Client) -> None:
    assert read(client) == {OWN, JOINED}


def test_a_manager_reads_everything(client: Client) -> None:
    client.caller = identity.msgraph_user("boss")
    assert read(client) == {OWN, FOREIGN, JOINED}


@pytest.mark.parametrize(
    ("depth", "found"),
    [
        (Depth.USER, {OWN, JOINED}),
        (Depth.UNIT, {OWN, JOINED}),
        (Depth.PARENT_CHILD, {OWN, JOINED}),
        (Depth.ORGANISATION, {OWN, FOREIGN, JOINED}),
    ],
    ids=["user", "unit", "parent_child", "organisation"],
)
def test_a_privilege_reaches_as_far_as_its_depth(client: Client, crm: Crm, depth: Depth, found: set[str]) -> None:
    crm.rights.set_depth(SELLER, "opportunity", depth)
    assert read(client) == found


def test_parent_child_reaches_the_units_below_one_s_own(client: Client, crm: Crm) -> None:
    crm.rights.set_depth(BOSS, "opportunity", Depth.PARENT_CHILD)
    client.caller = identity.msgraph_user("boss")
    assert read(client) == {OWN, FOREIGN, JOINED}


def test_without_privilege_the_table_is_refused_even_where_rows_are_owned(client: Client, crm: Crm) -> None:
    crm.rights.set_depth(SELLER, "opportunity", Depth.NONE)
    assert client.refusal(DEALS) == (403, PRIVILEGE)


@pytest.mark.parametrize(
    "grant",
    [
        lambda crm: crm.rights.share("opportunity", FOREIGN, SELLER),
        lambda crm: (crm.rights.join_team("t1", SELLER), crm.rights.share("opportunity", FOREIGN, "t1")),
        lambda crm: crm.rights.set_manager(OTHER, SELLER),
        lambda crm: crm.add_to_team(FOREIGN, SELLER),
        lambda crm: crm.change_owner("opportunity", FOREIGN, SELLER),
    ],
    ids=["shared", "shared with a team", "manager of the owner", "sales team", "new owner"],
)
def test_another_way_opens_a_row(client: Client, crm: Crm, grant: Callable[[Crm], object]) -> None:
    assert FOREIGN not in read(client)
    grant(crm)
    assert FOREIGN in read(client)


def test_one_row_and_a_filtered_list_are_cut_alike(client: Client) -> None:
    assert client.refusal(f"opportunities({FOREIGN})?$select=name") == (403, PRIVILEGE)
    filtered = f"{DEALS}&$filter=opportunityid%20eq%20{OWN}%20or%20opportunityid%20eq%20{FOREIGN}"
    assert [row["opportunityid"] for row in client.json(filtered)["value"]] == [OWN]


def test_tracking_changes_takes_read_on_the_whole_organisation(client: Client) -> None:
    assert client.refusal(DEALS, prefer="odata.track-changes") == (403, PRIVILEGE)


def test_who_am_i_tells_the_person(client: Client) -> None:
    assert client.json("WhoAmI")["UserId"] == SELLER


def test_a_stranger_is_refused_and_so_is_an_application_that_may_not_act_for_others(client: Client, crm: Crm) -> None:
    client.caller = identity.msgraph_user("nobody")
    assert client.refusal("WhoAmI") == (403, STRANGER)
    client.caller = identity.msgraph_user("seller")
    crm.rights.acts_for_others = False
    assert client.refusal("WhoAmI") == (403, PRIVILEGE)
