"""Hear what customers say: the one door by which texts come in, from files, the API, mailboxes and the demonstration.

Who is left out or was erased is not heard. The texts are understood first, which bars nobody; then one transaction
keeps all of them, with their scores among the answers to surveys. What if it runs twice: a text is known by its line
id, else by source, day, who and what it says, so the second time nothing changes. What if it dies half-way: nothing is
kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from sqlalchemy import Connection

from relationship.addresses import addresses_in, normalise
from relationship.clock import day_number
from relationship.house import House
from relationship.store import rules as stored
from relationship.store.privacy import audit, excluded_names, verbatims_left_out
from relationship.store.privacy.audit import Act, Action
from relationship.store.verbatims import verbatim_corrections, verbatim_scores, verbatims
from relationship.store.verbatims.verbatim_speakers import Speakers
from relationship.store.verbatims.verbatims import Heard, Source, Written
from relationship.verbatims import analyse
from relationship.verbatims.readable import readable

LONGEST_TEXT = 100_000
LONG_AGO_DAYS = 3_653


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it comes in.

    day      day number;  account: GUID, number, name or domain of the account, customer_id the same or unknown
    address  mail address of who said it;  language: 'fr', 'en' or '' to find out
    satisfaction, recommendation   0 to 100, 0 to 10
    overlooked   alert rules do not look at it
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
    overlooked: bool = False


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
    with house.store.reading() as conn:
        listener = Listener(house, conn)
        found, refused = listener.identified(conn, said)
    heard = {one.key: listener.understood(one) for one in found}
    return Understood(heard, refused, len(said))


class Listener:
    """What is the same for all texts of one going: accounts and links, themes in force, the day."""

    def __init__(self, house: House, conn: Connection) -> None:
        self._speakers = Speakers(conn)
        self._today = day_number(house.clock(), house.config.zone)
        themes = stored.current(conn)[1].themes
        self._catalogue, self._words = themes.catalogue(), themes.words_version()

    def identified(self, conn: Connection, said: Sequence[Said]) -> tuple[list[Heard], tuple[tuple[int, str], ...]]:
        """Texts with whoever said them, in the order given and not understood yet; place and code of what cannot be
        taken."""
        refused = tuple((place, code) for place, one in enumerate(said) if (code := fault(one, today=self._today)))
        wrong = {place for place, _ in refused}
        taken = [(normalise(one.address) or "", one) for place, one in enumerate(said) if place not in wrong]
        self._speakers.learn(conn, {address for address, _ in taken})
        return [self._heard(one, address) for address, one in taken], refused

    def understood(self, one: Heard) -> Heard:
        return replace(one, analysis=analyse(one.text, one.language, self._catalogue), words=self._words)

    def _heard(self, one: Said, address: str) -> Heard:
        text = readable(one.text).strip()
        key = _key(one, address, text)
        speaker = self._speakers.find(account=one.account, customer_id=one.customer_id, address=address, key=key)
        return Heard(
            key=key,
            source=one.source,
            day=one.day,
            text=text,
            analysis=None,
            account_id=speaker.account_id,
            contact_guid=speaker.contact_guid,
            address=address,
            customer_id=one.customer_id.strip(),
            line_id=one.line_id.strip(),
            satisfaction=one.satisfaction,
            recommendation=one.recommendation,
            filters=dict(one.filters),
            information=dict(one.information),
            language=one.language,
            overlooked=one.overlooked,
            link_id=speaker.link_id,
        )


def keep(house: House, conn: Connection, understood: Understood, *, by: str, by_name: str = "") -> Outcome:
    """Keep what was understood, in the caller's transaction."""
    heard = list(understood.heard.values())
    kept = may_be_kept(conn, heard)
    written = write(house, conn, kept, by=by, by_name=by_name)
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


def may_be_kept(conn: Connection, heard: Sequence[Heard]) -> list[Heard]:
    """Those that nobody said who is left out or was erased, and that name nobody such."""
    accounts = verbatims_left_out.account_names(conn, {one.account_id for one in heard if one.account_id is not None})
    names = [_names(one, accounts) for one in heard]
    gone = excluded_names.among(conn, {name for several in names for name in several})
    return [one for one, named in zip(heard, names, strict=True) if gone.isdisjoint(named)]


def write(house: House, conn: Connection, heard: Sequence[Heard], *, by: str, by_name: str) -> Written:
    """Keep texts with their scores; what people corrected of the same words stays corrected."""
    written = verbatims.write(conn, heard, at=house.clock(), by=by, by_name=by_name)
    verbatim_corrections.reapply(conn, [one.key for one in heard])
    verbatim_scores.note(conn, heard, at=house.clock(), by=by, by_name=by_name)
    return written


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


def _key(one: Said, address: str, text: str) -> str:
    if line := one.line_id.strip():
        return f"{one.source}/ref:{line}"
    said = "\x1f".join((str(one.day), address, one.customer_id.strip(), one.account.strip(), text))
    return f"{one.source}/{sha256(said.encode()).hexdigest()[:32]}"


def _names(one: Heard, accounts: Mapping[int, str]) -> set[str]:
    """Who said it, and whose address stands in it or beside it: erasing somebody removes both sorts of texts."""
    words = (one.text, one.customer_id, *one.filters.values(), *one.information.values())
    found = {one.address, *addresses_in("\n".join(words))} - {""}
    if one.account_id is not None and one.account_id in accounts:
        found.add(accounts[one.account_id])
    return found | ({f"contact:{one.contact_guid}"} if one.contact_guid else set())
