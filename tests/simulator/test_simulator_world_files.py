"""Reading a world: what is good is kept, what is wrong is named with its place."""

import csv
import gzip
import io
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from relationship.activities import Kind
from relationship.errors import FixSettings
from simulator.organisation import Organisation
from simulator.world import BusinessUnit, SignIn, load_world

SHARED = Path(os.environ.get("RELATIONSHIP_SHARED", Path(__file__).parents[2].parent / "shared"))

ACCOUNTS = [
    ["account_id", "name", "domain", "segment", "employees", "renewal_on"],
    ["a1", "Nordlys", "nordlys.example", "A", "120", "2026-09-30"],
]
PEOPLE = [
    ["person_id", "email", "name", "side", "account_id", "job_title", "aliases"],
    ["p1", "ines@fjord.example", "Ines Okafor", "colleague", "", "", "i.okafor@fjord.example;io@fjord.example"],
    ["p2", "tor@nordlys.example", "Tor Vik", "contact", "a1", "Acheteur", ""],
]
OPPORTUNITIES = [
    ["opportunity_id", "name", "account_id", "owner_id", "team_ids", "contact_ids", "status", "stage",
     "probability", "estimated_value", "created_on", "close_on"],
    ["o1", "Nordlys, lot 2", "a1", "p1", "", "p2", "open", "Propose", "60", "15400.5", "2026-01-10", ""],
]  # fmt: skip
ACTIVITIES = [
    ["activity_id", "kind", "at", "minutes", "from_id", "to_ids", "cc_ids", "regarding_id", "source", "status",
     "conversation_id", "subject"],
    ["m1", "email", "2026-06-01T08:15:00Z", "", "p2", "p1", "", "o1", "both", "done", "c1", "Offre « 118 »"],
]  # fmt: skip
ABOUT = {"name": "fjord", "organisation_domain": "fjord.example", "now": "2026-06-17T00:00:00Z"}


def packed(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world.json").write_text(json.dumps(ABOUT), encoding="utf-8")
    for name, rows in [
        ("accounts", ACCOUNTS), ("people", PEOPLE), ("opportunities", OPPORTUNITIES), ("activities", ACTIVITIES),
    ]:  # fmt: skip
        (tmp_path / f"{name}.csv.gz").write_bytes(packed(rows))
    return tmp_path


def test_a_world_is_read_with_every_column(folder: Path):
    world = load_world(folder)
    assert (world.name, world.domains) == ("fjord", ("fjord.example",))
    assert world.now == datetime(2026, 6, 17, tzinfo=UTC)
    assert world.accounts[0].renewal_on == date(2026, 9, 30)
    assert world.people[0].aliases == ("i.okafor@fjord.example", "io@fjord.example")
    assert world.opportunities[0].estimated_value == 15400.5
    assert world.opportunities[0].close_on is None
    activity = world.activities[0]
    assert (activity.kind, activity.subject, activity.to_ids) == (Kind.EMAIL, "Offre « 118 »", ("p1",))
    assert activity.at == datetime(2026, 6, 1, 8, 15, tzinfo=UTC)


def test_a_world_may_say_what_suits_it(folder: Path):
    extra = {
        "expected_frequency": 5, "read_window_days": "all", "time_zone": "Europe/Paris",
        "domains": ["fjord.example", "fjord-labs.example"],
        "sign_in": [{"person_id": "p1", "roles": ["seller", "sales_admin"]}],
        "business_units": [{"name": "Nord", "person_ids": ["p1"]}],
    }  # fmt: skip
    (folder / "world.json").write_text(json.dumps({**ABOUT, **extra}), encoding="utf-8")
    world = load_world(folder)
    assert (world.expected_frequency, world.read_window_days, world.time_zone) == (5, "all", "Europe/Paris")
    assert world.domains == ("fjord.example", "fjord-labs.example")
    assert world.sign_in == (SignIn("p1", ("seller", "sales_admin")),)
    assert world.business_units == (BusinessUnit("Nord", ("p1",)),)


def cell(rows: list[list[str]], column: str, value: str) -> bytes:
    place = rows[0].index(column)
    return packed([rows[0], [*rows[1][:place], value, *rows[1][place + 1 :]], *rows[2:]])


def with_units(*units: object) -> bytes:
    return json.dumps({**ABOUT, "business_units": units}).encode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("people.csv.gz", b"person_id,email\n", "not whole gzip"),
        ("people.csv.gz", packed(PEOPLE)[:-30], "not whole gzip"),
        ("people.csv.gz", gzip.compress(b"\xff\xfe", mtime=0), "is not UTF-8"),
        ("people.csv.gz", packed([PEOPLE[0][:-1], *PEOPLE[1:]]), "line 1: column aliases is missing"),
        ("people.csv.gz", packed([*PEOPLE, ["p3", "x@y.example"]]), "line 4: has 2 cells instead of 7"),
        ("people.csv.gz", packed([*PEOPLE, PEOPLE[1]]), "line 4, column person_id: the id p1 occurs twice"),
        ("people.csv.gz", cell(PEOPLE, "side", "friend"), "line 2, column side: is not an allowed value"),
        ("people.csv.gz", cell(PEOPLE, "email", ""), "line 2, column email: is empty"),
        ("people.csv.gz", cell(PEOPLE, "account_id", "a9"), "line 2, column account_id: the id a9 is unknown"),
        ("people.csv.gz", gzip.compress(b'person_id,"email', mtime=0), "is not CSV"),
        ("accounts.csv.gz", cell(ACCOUNTS, "employees", "many"), "column employees: is not a whole number"),
        ("accounts.csv.gz", cell(ACCOUNTS, "renewal_on", "30/09/2026"), "column renewal_on: is not a day"),
        ("opportunities.csv.gz", cell(OPPORTUNITIES, "status", "maybe"), "column status: is not an allowed value"),
        ("opportunities.csv.gz", cell(OPPORTUNITIES, "owner_id", "p9"), "column owner_id: the id p9 is unknown"),
        ("opportunities.csv.gz", cell(OPPORTUNITIES, "created_on", ""), "column created_on: is empty"),
        ("opportunities.csv.gz", cell(OPPORTUNITIES, "estimated_value", "1e9"), "column estimated_value: is not"),
        ("activities.csv.gz", cell(ACTIVITIES, "at", "2026-06-01T08:15:00"), "column at: is not an instant"),
        ("activities.csv.gz", cell(ACTIVITIES, "at", "2026-02-30T08:15:00Z"), "column at: is not an instant"),
        ("activities.csv.gz", cell(ACTIVITIES, "to_ids", "p1;p7"), "column to_ids: the id p7 is unknown"),
        ("activities.csv.gz", cell(ACTIVITIES, "kind", "fax"), "column kind: is not an allowed value"),
        ("activities.csv.gz", cell(ACTIVITIES, "regarding_id", "a1"), "column regarding_id: the id a1 is unknown"),
        ("world.json", b"{", "is not JSON"),
        ("world.json", b"[]", "is not an object"),
        ("world.json", b"\xff", "is not UTF-8"),
        ("world.json", json.dumps({**ABOUT, "name": None}).encode(), "key name: is missing"),
        ("world.json", json.dumps({**ABOUT, "now": "today"}).encode(), "key now: is not an instant"),
        ("world.json", json.dumps({**ABOUT, "expected_frequency": 9}).encode(), "key expected_frequency"),
        ("world.json", json.dumps({**ABOUT, "read_window_days": 0}).encode(), "key read_window_days"),
        ("world.json", json.dumps({**ABOUT, "time_zone": "Paris"}).encode(), "key time_zone"),
        ("world.json", json.dumps({**ABOUT, "domains": "fjord.example"}).encode(), "key domains"),
        ("world.json", json.dumps({**ABOUT, "sign_in": [{"person_id": "p1"}]}).encode(), "key sign_in"),
        ("world.json", json.dumps({**ABOUT, "sign_in": [{"person_id": "p2", "roles": []}]}).encode(), "no colleague"),
        ("world.json", with_units("Nord"), "has an entry without"),
        ("world.json", with_units({"name": "Nord"}), "without name and person_ids"),
        ("world.json", with_units({"name": "Nord", "person_ids": ["p2"]}), "no colleague"),
        ("world.json", with_units({"name": "Nord", "person_ids": ["p1", "p1"]}), "names a colleague twice"),
        ("world.json", with_units({"name": "", "person_ids": ["p1"]}), "empty or occurs twice"),
        (
            "world.json",
            with_units({"name": "Nord", "person_ids": ["p1"]}, {"name": "Nord", "person_ids": []}),
            "empty or occurs twice",
        ),
        ("world.json", json.dumps({**ABOUT, "business_units": "Nord"}).encode(), "is not a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_world_is_named_with_its_place(folder: Path, name: str, content: bytes, words: str):
    (folder / name).write_bytes(content)
    with pytest.raises(FixSettings) as caught:
        load_world(folder)
    assert name in caught.value.message
    assert words in caught.value.message
    assert caught.value.next_step.endswith(".")


@pytest.mark.parametrize(
    "name", ["world.json", "accounts.csv.gz", "people.csv.gz", "opportunities.csv.gz", "activities.csv.gz"]
)
def test_a_missing_file_is_named(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(FixSettings, match="does not exist") as caught:
        load_world(folder)
    assert name in caught.value.message


def test_an_error_never_repeats_an_address(folder: Path):
    (folder / "people.csv.gz").write_bytes(cell(PEOPLE, "side", "ines@fjord.example"))
    with pytest.raises(FixSettings) as caught:
        load_world(folder)
    assert "@" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "activities", "colleagues", "mails_with_a_colleague"),
    [("small", 1_500, 55, 836), ("enron", 13_095, 25, 8_509), ("w3c", 63_575, 1_024, 21_420)],
)
def test_a_real_archive_stands_within_ten_seconds_of_work(
    name: str, activities: int, colleagues: int, mails_with_a_colleague: int, record_property: Callable[..., None]
):
    """Counts are those of the README beside the worlds."""
    folder = SHARED / "worlds" / name
    if not folder.is_dir():
        pytest.skip(f"the archive {name} is not on this machine (RELATIONSHIP_SHARED names its folder)")
    began = time.process_time()
    world = load_world(folder)
    organisation = Organisation(world)
    seconds = time.process_time() - began
    record_property("start_seconds", seconds)
    assert seconds < 10
    assert (len(world.activities), len(organisation.directory)) == (activities, colleagues)
    assert len(organisation.truth()) == mails_with_a_colleague
