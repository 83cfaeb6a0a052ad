"""Exclusions: dropped before storage, taken out of what is kept, let in again; as if it had always been so."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from crm_sync_world import EVA, FILED, TOR
from store_builders import may_read
from sync_world import NOW, House, config_for, some_mail, some_of_each, world

from relationship import failpoints
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.errors import SyncIsOff
from relationship.house import House as Wired
from relationship.store import rules
from relationship.store.database import open_store
from relationship.store.privacy import excluded_names
from relationship.sync.readers.reconcile import reconcile_once
from settings.rules import Exclusions, Rules, Sources
from simulator import identity
from simulator.server import Running, start

SOURCES = Sources(everyone=True, consulted_on=date(2026, 6, 1))
NOBODY = Rules(sources=SOURCES)
OMAR = identity.msgraph_user("omar")
NORDLYS = identity.account("nordlys")

LEFT_OUT = {
    "a contact": Exclusions(contacts=(TOR,)),
    "an account": Exclusions(accounts=(NORDLYS,)),
    "a domain": Exclusions(domains=("nordlys.example",)),
    "a colleague": Exclusions(colleagues=(OMAR,)),
}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    together = sorted([*some_mail(), *some_of_each(), *FILED], key=lambda one: (one.at, one.id))
    with start(world(together)) as found:
        yield found


def save(house: House, exclusions: Exclusions) -> None:
    with house.store.reading() as conn:
        version, present = rules.current(conn)
    wanted = present.model_copy(update={"exclusions": exclusions})
    whole = Wired(house.config, house.store, house.clock)
    change_rules(whole, wanted, expected_version=version, by="anne", by_name="Anne")


@pytest.fixture
def fresh(running, sqlite_template, tmp_path):
    """The dump of a house that had these versions of the rules before it ever read anything."""

    def read(*versions: Exclusions) -> str:
        path = tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}.db"
        path.write_bytes(sqlite_template.read_bytes())
        store = open_store(f"sqlite:///{path}")
        for exclusions in versions:
            may_read(store, Rules(sources=SOURCES, exclusions=exclusions))
        house = House(config_for(running), store, running, rules=Rules(sources=SOURCES, exclusions=versions[-1]))
        assert house.sync().troubles == ()
        rate_all(house)
        whole = told(house)
        house.close()
        store.close()
        return whole

    return read


def told(house: House) -> str:
    """The dump without the version of the rules that a rating was worked out under: that is when, not what."""
    return without_versions(house.dump())


def without_versions(dump: str) -> str:
    rows = [json.loads(line) for line in dump.splitlines()]
    return "\n".join(json.dumps([*row[:4], *row[5:]] if row[0] == "health" else row) for row in rows)


@pytest.mark.parametrize("whom", LEFT_OUT)
def test_whoever_is_left_out_later_or_let_in_again_leaves_the_same_as_always(running, store, fresh, whom):
    house = House(config_for(running), store, running, rules=NOBODY)
    assert house.sync().troubles == ()
    rate_all(house)
    everything = told(house)

    save(house, LEFT_OUT[whom])
    rate_all(house)
    without = fresh(Exclusions(), LEFT_OUT[whom])
    assert told(house) == without
    assert without.count('["activity"') < everything.count('["activity"')

    assert house.sync().written == 0
    save(house, Exclusions())
    assert house.sync().troubles == ()
    rate_all(house)
    assert told(house) == fresh(Exclusions(), LEFT_OUT[whom], Exclusions())
    assert told(house).count('["activity"') == everything.count('["activity"')
    assert house.sync().written == 0
    house.close()


@pytest.mark.parametrize("whom", ["a contact", "a domain"])
def test_no_copy_names_whoever_is_left_out(running, store, whom):
    house = House(config_for(running), store, running, rules=NOBODY)
    house.sync()
    save(house, LEFT_OUT[whom])
    names = ("tor@nordlys.example", TOR) if whom == "a contact" else ('@nordlys.example"', TOR, EVA)
    with store.reading() as conn:
        contents = conn.exec_driver_sql("SELECT content FROM sighting").scalars().all()
        parties = conn.exec_driver_sql(
            "SELECT d.address FROM activity_party p JOIN address d ON d.id = p.address_id"
        ).scalars()
        known = [*contents, *parties]
    assert known
    assert not [text for text in known if any(name in text for name in names)]
    house.close()


@pytest.mark.parametrize("whom", LEFT_OUT)
def test_a_comparison_finds_nothing_missing_of_those_who_are_left_out(running, store, whom):
    house = House(config_for(running), store, running, rules=Rules(sources=SOURCES, exclusions=LEFT_OUT[whom]))
    house.sync()
    before = house.dump()
    compared = reconcile_once(house, microsoft=house.microsoft)
    assert [one.key for one in compared.findings if one.differs] == []
    assert house.dump() == before
    house.close()


def test_the_mailbox_of_an_excluded_colleague_is_never_asked_for(running, store):
    house = House(config_for(running), store, running, rules=Rules(sources=SOURCES, exclusions=LEFT_OUT["a colleague"]))
    running.services.traffic.by_path.clear()
    house.sync()
    with store.reading() as conn:
        keys = conn.exec_driver_sql("SELECT key FROM source").scalars().all()
    assert not [key for key in keys if OMAR in key]
    assert any(key.startswith("mailbox/") for key in keys)
    house.close()


def test_a_contact_made_of_a_colleague_leaves_no_colleague_out(running, store):
    house = House(config_for(running), store, running, rules=NOBODY)
    house.sync()
    with store.transaction() as conn:
        record = conn.exec_driver_sql(f"SELECT id FROM record WHERE guid = '{TOR}'").scalar_one()
        conn.exec_driver_sql(f"INSERT INTO record_address (record_id, address) VALUES ({record}, 'ines@fjord.example')")
    save(house, LEFT_OUT["a contact"])
    with store.reading() as conn:
        gone = excluded_names.left_out(conn).addresses
    assert "tor@nordlys.example" in gone
    assert "ines@fjord.example" not in gone
    house.close()


def test_who_is_saved_as_left_out_while_a_page_is_on_its_way_is_not_kept(running, store):
    """The page asks in the transaction that keeps it, so it does not matter when its run began."""
    house = House(config_for(running), store, running, rules=NOBODY)
    saved = []

    def once(step) -> None:
        if step.step == "mail" and not saved:
            saved.append(True)
            save(house, LEFT_OUT["a contact"])

    house.sync(progress=once)
    assert saved
    assert "tor@nordlys.example" not in "\n".join(
        line for line in house.dump().splitlines() if line.startswith('["party"')
    )
    house.close()


def test_nothing_is_asked_for_before_scope_and_consultation_are_set(running, store):
    house = House(config_for(running), store, running, rules=Rules())
    running.services.traffic.by_path.clear()
    for rule, code in (
        (Rules(), "sync_off_consultation"),
        (Rules(sources=Sources(everyone=True)), "sync_off_consultation"),
        (Rules(sources=Sources(consulted_on=NOW.date())), "sync_off_scope"),
    ):
        may_read(store, rule)
        with pytest.raises(SyncIsOff) as told:
            house.sync()
        assert told.value.code == code
        assert "relationship scope" in told.value.next_step
    with pytest.raises(SyncIsOff):
        reconcile_once(house)
    assert sum(running.services.traffic.by_path.values()) == 0
    assert house.dump().count("\n") == 2  # the versions of the rules and nothing else
    house.close()


class KilledError(BaseException):
    """Stands for the end of the process: the transaction under way is lost."""


@pytest.mark.parametrize("place", ["desk.change_rules.saved", "policy.settled", "store.exclusions.taken_out"])
def test_f53_killed_while_somebody_is_taken_out_nothing_is_half_done(running, store, monkeypatch, place):
    house = House(config_for(running), store, running, rules=NOBODY)
    house.sync()
    rate_all(house)
    before = house.dump()

    def passage(name: str) -> None:
        if name == place:
            raise KilledError(name)

    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "passage", passage)
        with pytest.raises(KilledError):
            save(house, LEFT_OUT["a contact"])
    assert house.dump() == before
    save(house, LEFT_OUT["a contact"])
    assert house.dump() != before
    house.close()


def test_a_contact_who_comes_to_an_excluded_account_is_left_out_from_the_next_cycle_on(running, store):
    granit = Exclusions(accounts=(identity.account("granit"),))
    house = House(config_for(running), store, running, rules=Rules(sources=SOURCES, exclusions=granit))
    house.sync()
    assert "tor@nordlys.example" in house.dump()
    with store.transaction() as conn:  # as the CRM would tell it
        conn.exec_driver_sql(
            f"UPDATE record SET account_guid = '{identity.account('granit')}' WHERE kind = 'contact' AND guid = '{TOR}'"
        )
    house.sync()
    parties = "".join(line for line in house.dump().splitlines() if line.startswith('["party"'))
    assert "tor@nordlys.example" not in parties
    assert TOR not in parties
    house.close()
