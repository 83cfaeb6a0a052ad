"""Groups of the simulated directory, as the contract of Microsoft Graph has them."""

from dataclasses import replace

import pytest
from simulated import ORIGIN, DirectGraph, Validate, world

from simulator.msgraph.call import Call
from simulator.organisation import Organisation
from simulator.registration import READ_ROLES
from simulator.world import Group

ADVANCED = {"consistencylevel": "eventual"}


@pytest.fixture
def graph() -> DirectGraph:
    groups = (Group("Ventes", ("ines",)), Group("Direction", ("omar", "zoe")))
    return DirectGraph(Organisation(replace(world(), groups=groups)), roles=READ_ROLES)


def members(graph: DirectGraph, name: str, headers: dict[str, str] = ADVANCED, **options: str):
    group = graph.organisation.groups.named(name)
    path = f"groups/{group.id}/transitiveMembers/microsoft.graph.user"
    query = {"$select": "id", "$count": "true", **{f"${key}": value for key, value in options.items()}}
    return graph.service.answer(Call("GET", path, query, headers, graph.claims, ORIGIN))


def ids(graph: DirectGraph, *people: str) -> set[str]:
    return {graph.organisation.user(person).id for person in people}


def test_groups_are_listed_with_their_names_page_by_page(graph: DirectGraph):
    first = graph.json("/groups?$select=id,displayName&$top=1")
    second = graph.json(str(first["@odata.nextLink"]))
    assert "@odata.nextLink" not in second
    assert {row["displayName"] for row in (*first["value"], *second["value"])} == {"Ventes", "Direction"}


def test_members_of_inner_groups_are_members_once_and_circles_do_no_harm(graph: DirectGraph):
    graph.organisation.groups.put("Tous", ["ines"], inner=["Ventes", "Direction"])
    graph.organisation.groups.put("Direction", ["omar", "zoe"], inner=["Tous"])
    body = members(graph, "Tous").body
    assert {row["id"] for row in body["value"]} == ids(graph, "ines", "omar", "zoe")
    assert body["@odata.count"] == 3


def test_a_page_of_members_fits_the_schema(validate: Validate, graph: DirectGraph):
    page = members(graph, "Direction", top="1").body
    assert page["@odata.nextLink"]
    validate("microsoft.graph.userPage", page)


@pytest.mark.parametrize(("headers", "options"), [({}, {}), (ADVANCED, {"count": "false"})])
def test_naming_the_type_of_member_takes_a_header_and_count(graph: DirectGraph, headers, options):
    answer = members(graph, "Ventes", headers, **options)
    assert (answer.status, answer.body["error"]["code"]) == (400, "Request_UnsupportedQuery")


def test_members_are_refused_without_the_permission(graph: DirectGraph):
    graph.claims["roles"] = ["User.Read.All"]
    assert members(graph, "Ventes").status == 403
    assert graph.answer("/groups").status == 403


def test_a_group_that_is_gone_is_not_found(graph: DirectGraph):
    path = f"groups/{graph.organisation.groups.named('Ventes').id}/transitiveMembers/microsoft.graph.user"
    graph.organisation.groups.remove("Ventes")
    answer = graph.service.answer(Call("GET", path, {"$count": "true"}, ADVANCED, graph.claims, ORIGIN))
    assert (answer.status, answer.body["error"]["code"]) == (404, "Request_ResourceNotFound")
