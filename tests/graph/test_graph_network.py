"""The network: from and to NetworkX, rows in order, what it refuses."""

import networkx as nx
import numpy as np
import pytest
from graph_builders import exhaustive, found, random_world, world

from relationship.graph.network import Network, graph_of, of_graph


def test_a_row_lists_colleagues_closest_first_then_by_name():
    given = world(4, 2, {(1, 101): 1, (2, 101): 3, (4, 101): 1, (1, 2): 0.5, (101, 102): 9})
    network = given.network()
    assert network.neighbours(101) == [(2, 3.0), (1, 1.0), (4, 1.0)]
    assert network.neighbours(2) == [(1, 0.5)]
    assert network.neighbours(102) == []
    assert network.neighbours(555) == []


def test_the_closeness_of_two_people_is_none_when_they_never_spoke():
    network = world(2, 1, {(1, 101): 0.25}).network()
    assert network.closeness(101, 1) == 0.25
    assert network.closeness(101, 2) is None
    assert network.closeness(555, 1) is None


@pytest.mark.parametrize("seed", range(50))
def test_a_network_that_went_through_networkx_answers_alike(seed):
    given = random_world(seed)
    network = given.network()
    graph = graph_of(network)
    again = of_graph(graph)
    for one, other in ((network.people, again.people), (network.near, again.near), (network.close, again.close)):
        assert np.array_equal(one, other)
    seller = min(given.colleagues)
    targets = [person for person in given.people if person not in given.colleagues]
    assert found(again, seller, targets) == exhaustive(given, seller, targets)


def test_the_graph_is_plain_networkx():
    graph = graph_of(world(2, 1, {(1, 101): 0.25, (1, 2): 4}).network())
    assert isinstance(graph, nx.Graph)
    assert graph.edges[1, 101]["closeness"] == 0.25
    assert dict(graph.nodes(data="colleague")) == {1: True, 2: True, 101: False}
    assert nx.has_path(graph, 2, 101)


def test_a_part_of_the_network_can_be_drawn():
    graph = graph_of(world(3, 1, {(1, 101): 1, (2, 101): 1, (1, 2): 4, (3, 101): 1}).network(), people=[1, 2, 101])
    assert set(graph) == {1, 2, 101}
    assert graph.number_of_edges() == 3


def test_ties_of_people_left_out_and_of_closeness_zero_are_dropped():
    network = world(2, 1, {(1, 101): 1, (2, 101): 0, (1, 7777): 5}).network()
    assert network.neighbours(101) == [(1, 1.0)]
    assert network.neighbours(1) == []


@pytest.mark.parametrize(
    ("people", "ties", "complaint"),
    [
        ([1, 1, 101], [], "a person is given twice"),
        ([1, 2, 101], [(1, 1, 0.5)], "two different people"),
        ([1, 2, 101], [(1, 2, 0.5), (2, 1, 0.5)], "a pair of people is given twice"),
        ([1, 2, 101], [(1, 2, -0.5)], "finite number"),
        ([1, 2, 101], [(1, 2, float("nan"))], "finite number"),
        ([1, 2, 101], [(1, 2, float("inf"))], "finite number"),
    ],
)
def test_what_makes_no_sense_is_refused(people, ties, complaint):
    a, b, close = (np.array([tie[column] for tie in ties]) for column in range(3))
    with pytest.raises(ValueError, match=complaint):
        Network.of(np.array(people), np.array([True, True, False]), a=a.astype(int), b=b.astype(int), closeness=close)


def test_an_entry_takes_twelve_bytes():
    network = world(3, 1, {(1, 101): 1, (1, 2): 1}).network()
    assert network.near.itemsize + network.close.itemsize == 12
    assert len(network.near) == 3  # a tie of two colleagues stands in both rows
    assert network.size_bytes == sum(
        array.nbytes
        for array in (network.people, network.colleague, network.ids, network.by_id, network.start, network.near)
    ) + 8 * len(network.near)
