"""Small worlds of activities, and a second, plain implementation of what ties are made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from store_builders import FIRST, NEXT, PARIS

from relationship.activities import Activity, Kind, Party, RecordKind, Role, Status
from relationship.store.activities import contact_days, sides, sightings
from relationship.store.activities.sightings import Piece, Verdict
from relationship.store.crm import colleagues, records
from relationship.store.crm.colleagues import DirectoryUser
from relationship.store.crm.records import RecordRow
from relationship.store.knows import ties
from relationship.store.sources import sources

NOW = datetime(2026, 6, 17, 9, 0, tzinfo=UTC)
TODAY = 20_621  # 2026-06-17, counted by hand from 2026-01-01 = 20 454

# Colleague by address; Bruno has two.
OURS = {
    "anne@fjord.example": "anne",
    "bruno@fjord.example": "bruno",
    "b.moe@fjord.example": "bruno",
    "cem@fjord.example": "cem",
}
OUTSIDE = ("tor@nordlys.example", "una@nordlys.example", "x@elsewhere.example")


@dataclass(frozen=True)
class Deed:
    """One activity of a small world."""

    kind: str
    days_ago: int
    sender: str
    others: tuple[str, ...]
    status: str = "done"
    minutes: int | None = None
    key: str = field(default="")


def read(fields: dict[str, Any]) -> Activity | Verdict:
    people = [Party(fields["from"], Role.FROM), *(Party(one, Role.TO) for one in fields["to"] if one != fields["from"])]
    return Activity(
        key=fields["key"],
        kind=Kind(fields["kind"]),
        at=datetime.fromisoformat(fields["at"]),
        status=Status(fields["status"]),
        parties=tuple(people),
        minutes=fields["minutes"],
    )


def piece(deed: Deed, key: str) -> Piece:
    fields = {
        "key": key,
        "kind": deed.kind,
        "at": (NOW - timedelta(days=deed.days_ago)).isoformat(),
        "status": deed.status,
        "minutes": deed.minutes,
        "from": deed.sender,
        "to": list(deed.others),
        "cc": [],
        "regarding": None,
    }
    return Piece(key, "box", fields)


def settle(conn: Connection) -> None:
    """Three colleagues and two contacts; one of the three addresses outside is in no record."""
    named: dict[str, list[str]] = {}
    for address, key in OURS.items():
        named.setdefault(key, []).append(address)
    users = [DirectoryUser(key, key.title(), True, tuple(addresses)) for key, addresses in named.items()]
    colleagues.save_directory(conn, users, [], place=FIRST)
    contacts = [contact("c-tor", OUTSIDE[0]), contact("c-una", OUTSIDE[1])]
    records.save(conn, RecordKind.CONTACT, contacts, [], place=FIRST)


def contact(guid: str, *addresses: str, **columns: Any) -> RecordRow:
    return RecordRow(
        RecordKind.CONTACT,
        guid,
        guid,
        "active",
        date(2024, 6, 17),
        addresses=addresses,
        **{"account_guid": "a1", **columns},
    )


def lead(guid: str, *addresses: str) -> RecordRow:
    return RecordRow(RecordKind.LEAD, guid, guid, "open", date(2026, 6, 1), addresses=addresses)


def box(conn: Connection) -> int:
    return sources.ensure(conn, ["mailbox/anne"])["mailbox/anne"]


def deliver(conn: Connection, pieces: Iterable[Piece], removed: Iterable[str] = ()) -> None:
    sightings.apply_page(conn, box(conn), "box", list(pieces), list(removed), place=NEXT, read=read, zone=PARIS)


def bring_up_to_date(conn: Connection) -> None:
    sides.refresh(conn)
    contact_days.refresh(conn)
    ties.refresh(conn, today=TODAY)


def stored_days(conn: Connection) -> dict[tuple[str, str, str, int], tuple[int, int]]:
    """By colleague, address, kind and days ago: among how many others, from us and from them."""
    rows = conn.exec_driver_sql(
        "SELECT c.key, a.address, d.kind, d.day, d.ours_among, d.theirs_among FROM tie_day d "
        "JOIN colleague c ON c.id = d.colleague_id JOIN address a ON a.id = d.address_id"
    )
    return {(key, address, kind, TODAY - day): (ours, theirs) for key, address, kind, day, ours, theirs in rows}


def stored_pairs(conn: Connection, *, internal: bool = False) -> dict[tuple[str, str, str, int], tuple[int, int]]:
    """The same of two colleagues, the one whose key comes first first."""
    rows = conn.exec_driver_sql(
        "SELECT c.key, o.key, d.kind, d.day, d.low_among, d.high_among FROM pair_day d "
        "JOIN colleague c ON c.id = d.low_colleague_id JOIN colleague o ON o.id = d.high_colleague_id "
        f"WHERE d.internal = {'true' if internal else 'false'}"
    )
    found = {}
    for key, other, kind, day, low, high in rows:
        first, second = sorted([(key, low), (other, high)])
        found[first[0], second[0], kind, TODAY - day] = (first[1], second[1])
    return found


def expected_days(deeds: Iterable[Deed]) -> tuple[dict[Any, tuple[int, int]], dict[Any, tuple[int, int]]]:
    """What the days of ties and of pairs of colleagues should be, worked out activity by activity."""
    with_outsiders: dict[Any, tuple[int, int]] = {}
    among_colleagues: dict[Any, tuple[int, int]] = {}
    for deed in deeds:
        if deed.status != "done":
            continue
        people = {OURS.get(address, address) for address in (deed.sender, *deed.others)}
        sender, others = OURS.get(deed.sender, deed.sender), len(people) - 1
        is_one_sided = deed.kind in ("email", "task") or (deed.kind == "call" and deed.minutes == 0)
        for one in people:
            for other in people - {one}:
                if one not in OURS.values():
                    continue
                is_pair = other in OURS.values()
                if is_pair and other < one:
                    continue
                from_one = others if not is_one_sided or sender == one else 0
                from_other = others if not is_one_sided or sender == other else 0
                if from_one or from_other:
                    days = among_colleagues if is_pair else with_outsiders
                    place = (one, other, deed.kind, deed.days_ago)
                    before = days.get(place, (0, 0))
                    days[place] = (_smaller(before[0], from_one), _smaller(before[1], from_other))
    return with_outsiders, among_colleagues


def _smaller(one: int, other: int) -> int:
    return min(found for found in (one, other) if found) if one or other else 0
