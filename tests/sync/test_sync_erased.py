"""Erasing a person: nothing that is kept names them, and nothing brings them back."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from crm_sync_world import FILED, TOR
from sync_world import House, config_for, some_mail, some_of_each, world

from relationship.activities import RecordKind, RecordRef
from relationship.desk.erase import erase, let_in_again
from relationship.desk.introduce import Route, Wish, ask
from relationship.desk.rate import rate_all
from relationship.desk.tie import tie_all
from relationship.errors import FixSettings
from relationship.graph.ties import TieWord
from relationship.house import House as Wired
from relationship.introductions import Via
from relationship.store.crm import records
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store, open_store
from relationship.store.privacy import audit, erased_names, excluded_names
from relationship.store.sources.cursors import Place
from relationship.sync.outward.mail_out import Delivery
from relationship.sync.readers.reconcile import reconcile_once
from simulator import identity
from simulator.server import Running, start

OMAR, INES = identity.msgraph_user("omar"), identity.msgraph_user("ines")
# What tells of somebody: by which name they are erased, and everything that may not be found afterwards.
WHOM = {
    "a contact by address": ("Tor@Nordlys.example", ("tor@nordlys.example", TOR)),
    "a contact by id": (f"contact:{TOR}", ("tor@nordlys.example", TOR)),
    "a colleague": ("omar@fjord.example", ("omar@fjord.example", OMAR, identity.system_user("omar"))),
}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    together = sorted([*some_mail(), *some_of_each(), *FILED], key=lambda one: (one.at, one.id))
    with start(world(together)) as found:
        yield found


def filled(running: Running, store: Store) -> House:
    """Read, rated and tied, with an open introduction by Inès to Omar for Tor."""
    made = House(config_for(running), store, running)
    assert made.sync().troubles == ()
    follow(made)
    ask(
        wired(made),
        Wish(OMAR, RecordRef(RecordKind.CONTACT, TOR), "court", "Tor ?", "Bonjour Omar, merci", Via.GRAPH, "r-1"),
        seller_key=INES,
        find_route=lambda _target, _key: Route(TieWord.WEAK, 1),
        posts={Via.GRAPH: Sent()},
    )
    return made


@pytest.fixture
def on_each(running: Running, store: Store) -> Iterator[House]:
    """On each database."""
    made = filled(running, store)
    yield made
    made.close()


@pytest.fixture(scope="module")
def filled_file(running: Running, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("erased") / "filled.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    filled(running, store).close()
    with store.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture
def house(running: Running, filled_file: Path, tmp_path: Path) -> Iterator[House]:
    """A copy, for what asks nothing of the database in particular."""
    path = tmp_path / "copy.db"
    shutil.copyfile(filled_file, path)
    store = open_store(f"sqlite:///{path}")
    made = House(config_for(running), store, running)
    yield made
    made.close()
    store.close()


class Sent:
    def send(self, _mail: object) -> Delivery:
        return Delivery.LEFT


def wired(house: House) -> Wired:
    return Wired(house.config, house.store, house.clock)


def follow(house: House) -> None:
    rate_all(house)
    tie_all(house)


def every_text(store: Store) -> str:
    """Every value of every table, those of the audit log too."""
    with store.reading() as conn:
        if conn.dialect.name == "sqlite":
            names = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        else:
            names = (
                conn.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
                .scalars()
                .all()
            )
        return "\n".join(str(row) for name in names for row in conn.exec_driver_sql(f'SELECT * FROM "{name}"')).lower()


def read_everything_anew(house: House) -> None:
    with house.store.transaction() as conn:
        excluded_names.note_lift(conn)
    assert house.sync().troubles == ()
    follow(house)


@pytest.mark.parametrize("whom", WHOM)
def test_a34_whoever_was_erased_is_in_no_table_and_no_sync_brings_them_back(on_each: House, whom: str) -> None:
    house = on_each
    name, traces = WHOM[whom]
    before = every_text(house.store)
    assert all(trace in before for trace in traces)
    erase(wired(house), name, by="test")
    for step in (lambda _house: None, follow, read_everything_anew, read_everything_anew):
        step(house)
        found = every_text(house.store)
        assert [trace for trace in traces if trace in found] == []
    assert house.sync().written == 0


def test_the_activities_of_everybody_else_stay_as_they_were(house: House) -> None:
    def of_others(lines: str) -> list[str]:
        return sorted(line for line in lines.splitlines() if line.startswith('["party"') and "eva@" in line)

    before = of_others(house.dump())
    erase(wired(house), "paul@granit.example", by="test")
    follow(house)
    assert of_others(house.dump()) == before
    assert before


@pytest.mark.parametrize("whom", ["a contact by address", "a colleague"])
def test_introductions_of_an_erased_person_go_with_their_texts(house: House, whom: str) -> None:
    found = erase(wired(house), WHOM[whom][0], by="test")
    assert found.gone["introductions"] == 1
    assert "bonjour omar" not in every_text(house.store)


def test_an_erasure_is_audited_without_a_name(house: House) -> None:
    found = erase(wired(house), "tor@nordlys.example", by="officer")
    with house.store.reading() as conn:
        ((_number, act), *_) = audit.entries(conn, limit=1)
        assert audit.verify(conn, wired(house).audit_keys()).broken_at is None
    assert (act.actor, act.action, act.object, act.result) == ("officer", "erasure", found.erasure, "erased")


def test_erasing_twice_finds_nothing_more(house: House) -> None:
    erase(wired(house), "tor@nordlys.example", by="test")
    again = erase(wired(house), "tor@nordlys.example", by="test")
    assert (again.written, set(again.gone.values())) == (0, {0})


def test_a_comparison_with_the_sources_finds_nothing_missing_of_an_erased_person(house: House) -> None:
    erase(wired(house), "tor@nordlys.example", by="test")
    follow(house)
    before = house.dump()
    assert house.sync().written == 0
    compared = reconcile_once(house, microsoft=house.microsoft)
    assert [one.key for one in compared.findings if one.differs] == []
    assert house.dump() == before


def test_whoever_is_let_in_again_is_as_if_never_erased(house: House) -> None:
    before = without_quarantine(house.dump())
    erase(wired(house), "tor@nordlys.example", by="test")
    follow(house)
    assert let_in_again(wired(house), f"contact:{TOR}", by="test") == 3  # address, telephone, id
    assert house.sync().troubles == ()
    follow(house)
    assert without_quarantine(house.dump()) == before


def without_quarantine(dump: str) -> list[str]:
    """A table read whole says again that it lacks the optional column of segments; a change of rows does not."""
    return [line for line in dump.splitlines() if not line.startswith('["quarantine"')]


def test_a_new_record_with_an_erased_address_is_not_kept(house: House) -> None:
    erase(wired(house), "new@nordlys.example", by="test")
    row = RecordRow(RecordKind.LEAD, "l-new", "New", "open", date(2026, 6, 1), addresses=("new@nordlys.example",))
    with house.store.transaction() as conn:
        assert records.save(conn, RecordKind.LEAD, [row], [], place=Place(round=9)) == 0


def test_of_several_contacts_with_one_address_one_has_to_be_named(house: House) -> None:
    shared = [
        RecordRow(RecordKind.CONTACT, guid, guid, "active", date(2026, 6, 1), addresses=("info@nordlys.example", own))
        for guid, own in (("c-one", "one@nordlys.example"), ("c-two", "two@nordlys.example"))
    ]
    with house.store.transaction() as conn:
        records.save(conn, RecordKind.CONTACT, shared, [], place=Place(round=9))
    with pytest.raises(FixSettings, match="2 contacts") as told:
        erase(wired(house), "info@nordlys.example", by="test")
    assert "contact:c-one" in told.value.next_step
    erase(wired(house), "contact:c-one", by="test")
    with house.store.reading() as conn:
        names = {"info@nordlys.example", "one@nordlys.example", "two@nordlys.example"}
        assert erased_names.among(conn, names) == {"one@nordlys.example"}


def test_what_is_no_name_is_refused(house: House) -> None:
    with pytest.raises(FixSettings) as told:
        erase(wired(house), "everybody", by="test")
    assert told.value.code == "no_such_name"


def test_without_the_key_of_the_hashes_nothing_that_names_people_is_written(house: House) -> None:
    """A key taken out of the configuration must not bring anybody back unseen."""
    erase(wired(house), "tor@nordlys.example", by="test")
    other = house.config.model_copy(update={"encryption_keys": type(house.config.encryption_keys)("another key")})
    Wired(other, house.store, house.clock)
    with house.store.transaction() as conn, pytest.raises(FixSettings) as told:
        erased_names.among(conn, {"eva@nordlys.example"})
    assert told.value.code == "erased_key_missing"
    both = house.config.model_copy(
        update={"encryption_keys": type(house.config.encryption_keys)(f"another key,{house.config.mode}")}
    )
    Wired(both, house.store, house.clock)
    with house.store.reading() as conn:
        assert erased_names.among(conn, {"tor@nordlys.example", "eva@nordlys.example"}) == {"tor@nordlys.example"}
