"""Signals as pages, files and the API show them: what each is about, its rule and its facts in words, with links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.signals.catalogue import DETECTORS
from relationship.signals.signal import WHAT, Fact
from relationship.signals.thresholds import Thresholds
from relationship.store.signals import signal_lists
from relationship.store.signals.signal_lists import EventBehind, ListedSignal
from web.house import house, today
from web.identity import rights
from web.signals import signal_facts_words, signal_words
from web.signals.signal_facts_words import sentence as _sentence

_RECORDS = frozenset({"contact", "opportunity"})
_PAGES = {RecordKind.CONTACT: "contact.page", RecordKind.OPPORTUNITY: "opportunity.page"}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One fact; address: of the page of the record behind it, '' without; note: what somebody wrote about it."""

    fact: Fact
    text: str
    address: str = ""
    note: str = ""
    ref: RecordRef | None = None


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal for a reader who may see it. since: day number it was first seen on; name: of what it is about."""

    listed: ListedSignal
    title: str
    rule: str
    evidence: tuple[EvidenceLine, ...]

    @property
    def id(self) -> int:
        return self.listed.signal.id

    @property
    def detector(self) -> str:
        return self.listed.signal.detector

    @property
    def family(self) -> str:
        return self.listed.signal.family

    @property
    def good(self) -> bool:
        return self.detector in DETECTORS and DETECTORS[self.detector].good

    @property
    def percent(self) -> int:
        return round(self.listed.signal.strength * 100)

    @property
    def since(self) -> int:
        return self.listed.signal.first_seen

    @property
    def last(self) -> int:
        return self.listed.signal.last_seen

    @property
    def ended(self) -> date | None:
        """The day on which it was found over; None while it is open."""
        at = self.listed.signal.ended_at
        return at.astimezone(house().config.zone).date() if at is not None else None

    @property
    def waits(self) -> bool:
        """It was not seen today: its source is broken, or no round of today has been yet."""
        return self.ended is None and self.last < today()

    @property
    def name(self) -> str:
        return self.listed.name

    @property
    def account(self) -> str:
        return self.listed.account if self.listed.kind is RecordKind.OPPORTUNITY else ""

    @property
    def account_guid(self) -> str:
        return self.listed.account_guid

    @property
    def record_guid(self) -> str:
        return self.listed.guid if self.listed.kind is RecordKind.OPPORTUNITY else ""

    @property
    def value(self) -> float | None:
        return self.listed.value

    @property
    def currency(self) -> str:
        return self.listed.currency

    @property
    def address(self) -> str:
        """Of the page of what it is about."""
        return url_for(f"{self.listed.kind.value}.page", guid=self.listed.guid)


def lines(conn: Connection, found: Sequence[ListedSignal], limits: Thresholds) -> list[SignalLine]:
    """Those of the signals that the reader may see now; the CRM is asked once for all records they name."""
    facts = [fact for one in found for fact in one.signal.evidence]
    names = signal_lists.names(conn, {fact.ref for fact in facts if fact.ref and WHAT.get(fact.what) in _RECORDS})
    events = signal_lists.events(conn, {fact.ref for fact in facts if fact.ref and WHAT.get(fact.what) == "event"})
    accounts = {RecordRef(RecordKind.ACCOUNT, one.account_guid) for one in found if one.account_guid}
    behind = {ref for ref, *_ in names.values()} | {one.about for one in events.values()}
    seen = rights.among({one.ref for one in found} | accounts | behind)
    told = _Told(names, events, seen)
    return [
        SignalLine(
            _without_account(one, seen),
            signal_words.title(one.signal.detector),
            signal_words.rule(one.signal.detector, limits),
            tuple(told.line(fact, one) for fact in one.signal.evidence),
        )
        for one in found
        if one.ref in seen
    ]


def _without_account(one: ListedSignal, seen: frozenset[RecordRef]) -> ListedSignal:
    """Who may read an opportunity may not always read its account."""
    if one.kind is RecordKind.ACCOUNT or RecordRef(RecordKind.ACCOUNT, one.account_guid) in seen:
        return one
    return ListedSignal(one.signal, one.kind, one.guid, one.name, "", "", one.owner, one.value, one.currency)


@dataclass(frozen=True, slots=True)
class _Told:
    """What facts refer to, by id, and what of it the reader may see."""

    names: Mapping[int, tuple[RecordRef, str, str]]
    events: Mapping[int, EventBehind]
    seen: frozenset[RecordRef]

    def line(self, fact: Fact, of: ListedSignal) -> EvidenceLine:
        """A fact; of a deal, an event or a text that the reader may not see nothing but that there is one."""
        account = RecordRef(RecordKind.ACCOUNT, of.account_guid)
        match WHAT.get(fact.what):
            case "event":
                return self._event(fact)
            case "verbatim":
                if account not in self.seen:
                    return _withheld(fact)
                return EvidenceLine(fact, _sentence(fact), url_for("verbatims.one", number=fact.ref))
            case sort if sort in _RECORDS:
                ref, name, currency = self.names.get(fact.ref or 0, (None, "", ""))
                if ref is None or ref not in self.seen:
                    return _withheld(fact) if sort == "opportunity" else EvidenceLine(fact, _sentence(fact))
                text = _sentence(fact, name=name, currency=currency)
                return EvidenceLine(fact, text, url_for(_PAGES[ref.kind], guid=ref.guid), ref=ref)
        return EvidenceLine(fact, _sentence(fact, over=of.signal.ended_at is not None))

    def _event(self, fact: Fact) -> EvidenceLine:
        event = self.events.get(fact.ref or 0)
        if event is None:
            return EvidenceLine(fact, _sentence(fact))
        if event.about not in self.seen:
            return _withheld(fact)
        note = " – ".join(part for part in (event.text, event.source) if part)
        return EvidenceLine(fact, _sentence(fact, event=(event.kind, event.direction)), note=note)


def _withheld(fact: Fact) -> EvidenceLine:
    return EvidenceLine(Fact(fact.what), signal_facts_words.withheld(fact))
