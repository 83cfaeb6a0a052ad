"""Hear what customers say: the one door by which texts come in, from files, the API, mailboxes and the demonstration.

Who is left out or was erased is not heard. The texts are understood first, which bars nobody; then one transaction
keeps all of them, with their scores among the answers to surveys. What if it runs twice: a text is known by its line
id, else by source, day, who and what it says, so the second time nothing changes. What if it dies half-way: nothing is
kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from relationship.addresses import addresses_in, normalise
from relationship.clock import day_number
from relationship.house import House
from relationship.store.customers.customer_tables import Satisfaction
from relationship.store.privacy import audit, excluded_names
from relationship.store.privacy.audit import Act, Action
from relationship.store.upsert import insert_new
from relationship.store.verbatims import verbatims
from relationship.store.verbatims.verbatim_speakers import Speakers
from relationship.store.verbatims.verbatims import Heard, Source
from relationship.verbatims import analyse
from relationship.verbatims.readable import readable

LONGEST_TEXT = 100_000
LONG_AGO_DAYS = 3_653
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it comes in.

    day      day number;  account: GUID, number, name or domain of the account, customer_id the same or unknown
    address  mail address of who said it;  language: 'fr', 'en' or '' to find out
    satisfaction, recommendation   0 to 100, 0 to 10
    """

    source: Source
    day: int
    text: str
    line_id: str = ""
    account: str = ""
    customer_id: str = ""
    address: str = ""
    language: str = ""
    satisfaction: float | None = None
    recommendation: float | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    information: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """added + changed + same + left_out + refused: as many as were given.

    left_out  said by somebody of whom nothing is kept;  refused: place (from 0) and code of what cannot be taken
    unknown   taken, but nobody knows whose words they are;  ids: of the added ones
    """

    added: int = 0
    changed: int = 0
    same: int = 0
    left_out: int = 0
    unknown: int = 0
    refused: tuple[tuple[int, str], ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """Texts that may be kept, by key, and what cannot be taken; given: how many there were."""

    heard: Mapping[str, Heard]
    refused: tuple[tuple[int, str], ...]
    given: int


def hear(house: House, said: Sequence[Said], *, by: str, by_name: str = "") -> Outcome:
    """Understand and keep texts."""
    understood = understand(house, said)
    with house.store.transaction() as conn:
        return keep(house, conn, understood, by=by, by_name=by_name)


def understand(house: House, said: Sequence[Said]) -> Understood:
    """Understand texts; nothing is kept yet, and nobody has to wait for it."""
    today = day_number(house.clock(), house.config.zone)
    refused = tuple((place, code) for place, one in enumerate(said) if (code := fault(one, today=today)))
    wrong = {place for place, _ in refused}
    taken = [one for place, one in enumerate(said) if place not in wrong]
    addresses = {id(one): normalise(one.address) or "" for one in taken}
    with house.store.reading() as conn:
        speakers = Speakers(conn, set(addresses.values()))
    heard = {(one := _heard(each, addresses[id(each)], speakers)).key: one for each in taken}
    return Understood(heard, refused, len(said))


def keep(house: House, conn: Connection, understood: Understood, *, by: str, by_name: str = "") -> Outcome:
    """Keep what was understood, in the caller's transaction."""
    heard = list(understood.heard.values())
    names = {name for one in heard for name in _names(one)}
    gone = excluded_names.among(conn, names)
    kept = [one for one in heard if not gone.intersection(_names(one))]
    written = verbatims.write(conn, kept, at=house.clock(), by=by, by_name=by_name)
    insert_new(conn, Satisfaction, _scores(house, kept, by, by_name), key=["account_id", "key"])
    if written.added or written.changed:
        act = Act(house.clock(), by or "operator", Action.IMPORT, "verbatims", str(written.added + written.changed))
        audit.add(conn, house.audit_keys(), [act])
    return Outcome(
        added=written.added,
        changed=written.changed,
        same=written.same + understood.given - len(understood.refused) - len(heard),
        left_out=len(heard) - len(kept),
        unknown=sum(one.account_id is None for one in kept),
        refused=understood.refused,
        ids=written.ids,
    )


def understand_anew(house: House) -> int:
    """Understand again what was understood with earlier lists of words; returns how many."""
    count = 0
    while True:
        with house.store.reading() as conn:
            rows = verbatims.outdated(conn, limit=_AT_ONCE)
        if not rows:
            return count
        found = [(number, analyse(text, language)) for number, text, language in rows]
        with house.store.transaction() as conn:
            for number, analysis in found:
                verbatims.understood(conn, number, analysis)
        count += len(rows)


def fault(one: Said, *, today: int) -> str:
    """What is wrong with a text that comes in, a code; '' for nothing."""
    if not readable(one.text).strip():
        return "text_missing"
    if len(one.text) > LONGEST_TEXT:
        return "text_too_long"
    if not today - LONG_AGO_DAYS <= one.day <= today:
        return "day_out_of_range"
    if one.satisfaction is not None and not 0 <= one.satisfaction <= 100:
        return "satisfaction_out_of_range"
    if one.recommendation is not None and not 0 <= one.recommendation <= 10:
        return "recommendation_out_of_range"
    return ""


def _heard(one: Said, address: str, speakers: Speakers) -> Heard:
    text = readable(one.text).strip()
    speaker = speakers.find(account=one.account, customer_id=one.customer_id, address=address)
    return Heard(
        key=_key(one, address, text),
        source=one.source,
        day=one.day,
        text=text,
        analysis=analyse(text, one.language),
        account_id=speaker.account_id,
        contact_guid=speaker.contact_guid,
        address=address,
        customer_id=one.customer_id.strip(),
        line_id=one.line_id.strip(),
        satisfaction=one.satisfaction,
        recommendation=one.recommendation,
        filters=dict(one.filters),
        information=dict(one.information),
    )


def _key(one: Said, address: str, text: str) -> str:
    if line := one.line_id.strip():
        return f"{one.source}/ref:{line}"
    said = "\x1f".join((str(one.day), address, one.customer_id.strip(), one.account.strip(), text))
    return f"{one.source}/{sha256(said.encode()).hexdigest()[:32]}"


def _names(one: Heard) -> set[str]:
    """Who said it, and whose address stands in it: erasing somebody removes both sorts of texts."""
    found = {one.address, *addresses_in(one.text)} - {""}
    return found | ({f"contact:{one.contact_guid}"} if one.contact_guid else set())


def _scores(house: House, heard: Sequence[Heard], by: str, by_name: str) -> list[dict[str, Any]]:
    """The scores as answers to surveys; the words stay with the text alone."""
    rows: list[dict[str, Any]] = []
    for one in heard:
        if one.account_id is None:
            continue
        for kind, score, share in (
            ("nps", one.recommendation, None if one.recommendation is None else 10 * one.recommendation),
            ("percent", one.satisfaction, one.satisfaction),
        ):
            if score is not None:
                rows.append(
                    {"account_id": one.account_id, "key": f"verbatim/{kind}/{one.key}", "day": one.day, "kind": kind,
                     "score": score, "share": share, "contact_guid": one.contact_guid, "comment": "",
                     "source": one.source.value, "added_at": house.clock(), "added_by": by, "added_by_name": by_name}
                )  # fmt: skip
    return rows
