"""Whose sources are read: the members of groups, in every cycle anew; who leaves the scope is forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from crm_sync_world import FILED
from store_builders import may_read
from sync_world import House, config_for, some_mail, some_of_each, world
from test_sync_exclusions import told

from relationship.desk.list_groups import list_groups
from relationship.errors import Reconnect, Unavailable
from relationship.house import House as Wired
from relationship.store.database import open_store
from relationship.store.lists.choosing import choices
from relationship.store.sources import scope
from relationship.store.sources.sources import all_sources
from settings.rules import Exclusions, Rules, Sources
from simulator import identity
from simulator.server import Running, start
from simulator.world import Group

SALES, STAFF = (identity.group("fjord.example", name) for name in ("Ventes", "CSE"))
INES, OMAR, LINA = (identity.msgraph_user(name) for name in ("ines", "omar", "lina"))
BY_GROUP = Rules(sources=Sources(groups=(SALES,), consulted_on=date(2026, 6, 1)))


@pytest.fixture
def running() -> Iterator[Running]:
    together = sorted([*some_mail(), *some_of_each(), *FILED], key=lambda one: (one.at, one.id))
    groups = (Group("Ventes", ("ines", "omar")), Group("CSE", ("lina",)))
    with start(replace(world(together), groups=groups)) as found:
        yield found


@pytest.fixture
def house(running, store) -> Iterator[House]:
    made = House(config_for(running), store, running, rules=BY_GROUP)
    yield made
    made.close()


@pytest.fixture
def fresh(running, sqlite_template, tmp_path):
    """The dump of a house that reads for the first time under these rules."""

    def read(rules: Rules) -> str:
        path = tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}.db"
        path.write_bytes(sqlite_template.read_bytes())
        store = open_store(f"sqlite:///{path}")
        other = House(config_for(running), store, running, rules=rules)
        assert other.sync().troubles == ()
        whole = told(other)
        other.close()
        store.close()
        return whole

    return read


def owners(house: House) -> set[str]:
    with house.store.reading() as conn:
        return {row.key.partition("/")[2] for row in all_sources(conn) if row.key.startswith("mailbox/")}


def groups_of(running: Running):
    return running.organisation.groups


def test_only_the_members_of_the_chosen_groups_are_read(house):
    assert house.sync().troubles == ()
    assert owners(house) == {INES, OMAR}
    assert house.sync().written == 0


def test_who_leaves_the_group_is_forgotten_and_who_comes_back_is_read_anew(house, running, fresh):
    house.sync()
    both = told(house)
    groups_of(running).put("Ventes", ["ines"])
    assert house.sync().troubles == ()
    assert owners(house) == {INES}
    assert told(house) == fresh(BY_GROUP) != both
    groups_of(running).put("Ventes", ["ines", "omar"])
    assert house.sync().troubles == ()
    assert told(house) == both


def test_members_of_an_inner_group_are_members(house, running):
    groups_of(running).put("Ventes", ["ines"], inner=["CSE"])
    house.sync()
    assert owners(house) == {INES, LINA}


def test_a_group_that_is_gone_keeps_the_members_it_had_and_says_so(house, running):
    house.sync()
    before = told(house)
    groups_of(running).remove("Ventes")
    report = house.sync()
    assert [(one.key, one.reason) for one in report.troubles] == [("directory/groups", "group_gone")]
    assert told(house) == before


def test_who_left_the_directory_keeps_what_was_read(house, running):
    house.sync()
    before = owners(house)
    running.organisation.remove_user("omar")
    groups_of(running).put("Ventes", ["ines"])
    assert house.sync().troubles == ()
    assert owners(house) == before


def test_a_group_that_no_rule_names_any_more_is_forgotten_with_its_source(house):
    house.sync()
    may_read(house.store, Rules(sources=Sources(everyone=True, consulted_on=date(2026, 6, 1))))
    assert house.sync().troubles == ()
    assert LINA in owners(house)
    with house.store.reading() as conn:
        assert "directory/groups" not in {row.key for row in all_sources(conn)}
        assert scope.members(conn, [SALES]) == set()


def test_groups_are_listed_for_choosing_before_anything_may_be_read(house, running):
    may_read(house.store, Rules())
    assert list_groups(Wired(house.config, house.store, house.clock)) == 2
    with house.store.reading() as conn:
        assert [one.name for one in choices(conn, "group", "", 10)] == ["CSE", "Ventes"]
    running.services.registration.roles = ("User.Read.All",)
    with pytest.raises(Unavailable, match="not allowed to read groups"):
        list_groups(Wired(house.config, house.store, house.clock))


def test_without_the_right_to_read_groups_nobody_is_read(house, running):
    registration = running.services.registration
    registration.roles = tuple(role for role in registration.roles if role != "GroupMember.Read.All")
    report = house.sync()
    assert [(one.key, one.reason) for one in report.troubles] == [("directory/groups", "no_permission")]
    assert report.exit_code == Reconnect.exit_code
    assert owners(house) == set()


def test_nothing_is_read_while_it_is_unknown_who_is_in_an_excluded_group(house, running):
    groups_of(running).remove("CSE")
    may_read(house.store, BY_GROUP.model_copy(update={"exclusions": Exclusions(groups=(STAFF,))}))
    with pytest.raises(Reconnect, match="left out"):
        house.sync()
    assert owners(house) == set()


def test_members_of_an_excluded_group_are_left_out_like_colleagues(house, running):
    everyone = Sources(everyone=True, consulted_on=date(2026, 6, 1))
    may_read(house.store, Rules(sources=everyone, exclusions=Exclusions(groups=(STAFF,))))
    assert house.sync().troubles == ()
    assert LINA not in owners(house)
    assert INES in owners(house)
    assert "lina@fjord.example" not in "".join(x for x in house.dump().splitlines() if x.startswith('["party"'))


def test_subscriptions_are_made_for_the_scope_only(house):
    house.sync()
    with house.store.reading() as conn:
        assert scope.readable_users(conn) == sorted([INES, OMAR])
