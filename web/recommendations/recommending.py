"""What is recommended, as pages and the API show it: triggers with what fits, how each stands, what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import abort
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_number, day_of
from relationship.signals.recommendations import Cause, Followed, Recommendation, Words, followed, recommended
from relationship.signals.standing import ACTING, LONGEST_SNOOZE_DAYS, Place, State, answers, place
from relationship.store import rules as stored
from relationship.store.reading.reading_scope import Scope
from relationship.store.signals import callings as store
from relationship.store.signals import recommendation_acts
from relationship.store.signals.callings import Calling
from relationship.store.signals.recommendation_acts import OneAct
from settings.rules.recommendations import Recommendations
from web.house import house, today
from web.identity import rights
from web.identity.members import member
from web.languages import language


@dataclass(frozen=True, slots=True)
class Item:
    """One recommendation about one record. calling: what it comes from; also: what calls for the same there;
    place: where it stands; acts: what people did that answers it, oldest first; sees_account: whether the reader may
    see the account of the record, too."""

    calling: Calling
    one: Recommendation
    words: Words
    place: Place
    acts: tuple[OneAct, ...]
    also: tuple[Calling, ...] = ()
    sees_account: bool = True

    @property
    def account_guid(self) -> str:
        return self.calling.account_guid if self.sees_account else ""

    @property
    def account_name(self) -> str:
        return self.calling.account_name if self.sees_account else ""

    @property
    def id(self) -> str:
        """Its name in a page."""
        return f"rec-{self.calling.cause}-{self.one.key}"

    @property
    def address(self) -> dict[str, str]:
        return {"cause": str(self.calling.cause), "key": self.one.key}

    @property
    def shown_acts(self) -> tuple[OneAct, ...]:
        """What was started, and the last word about it."""
        started = tuple(act for act in self.acts if act.deed in ACTING and act.state is not State.REFUSED)
        judged = tuple(act for act in self.acts if act.deed not in ACTING)[-1:]
        return (*started, *judged) if self.place is not Place.OPEN else started

    @property
    def until(self) -> Any:
        """The day on which it is open again, None unless it is put off."""
        days = [act.until_day for act in self.acts if act.until_day is not None]
        return day_of(days[-1] + 1) if self.place is Place.SNOOZED and days else None

    @property
    def triggers(self) -> tuple[str, ...]:
        """What it comes from, each named once."""
        return tuple(dict.fromkeys(one.trigger for one in (self.calling, *self.also)))

    @property
    def due_on(self) -> date:
        return day_of(today()) + timedelta(days=self.one.days)

    @property
    def earliest(self) -> date:
        """The first day until which it can be put off."""
        return day_of(today()) + timedelta(days=1)

    @property
    def latest(self) -> date:
        return day_of(today()) + timedelta(days=LONGEST_SNOOZE_DAYS)


def section(conn: Connection) -> Recommendations:
    return stored.current(conn)[1].recommendations


def items(conn: Connection, found: Sequence[Calling], rules: Recommendations | None = None) -> list[Item]:
    """What is recommended about these triggers, in their order, then in that of the catalogue."""
    entries = (rules or section(conn)).entries()
    acts = recommendation_acts.of_subjects(conn, {(one.account_id, one.record_id) for one in found})
    day, code, zone = today(), language(), house().config.zone
    listed = []
    for one in found:
        since = None if one.cause.score else one.since
        for fits in recommended(one.trigger, entries):
            own = [
                act
                for act in acts.get((one.record_id or one.account_id, fits.key), [])
                if answers(act.cause, day_number(act.at, zone), other=str(one.cause), since=since, today=day)
            ]
            stands = place([act.move for act in own], today=day)
            listed.append(Item(one, fits, fits.words(code), stands, tuple(own)))
    return listed


def once(found: Iterable[Item]) -> list[Item]:
    """Each recommendation once per record, with everything that calls for it; open as long as one cause is open."""
    groups: dict[tuple[RecordRef, str], list[Item]] = {}
    for one in found:
        groups.setdefault((one.calling.subject, one.one.key), []).append(one)
    merged = []
    for group in groups.values():
        first = next((one for one in group if one.place is Place.OPEN), group[0])
        merged.append(replace(first, also=tuple(one.calling for one in group if one is not first)))
    return merged


def listed(conn: Connection, *, mine: bool, scope: Scope) -> list[Item]:
    """All that is recommended within a scope, the largest value at stake first."""
    rules = section(conn)
    key = member().oid if mine else ""
    return once(items(conn, store.callings(conn, scope=scope, limits=rules.high(), mine=key), rules))


def readable(found: Iterable[Item]) -> list[Item]:
    """Those that the CRM lets the reader see: asked in one request."""
    kept = list(found)
    seen = rights.among({ref for one in kept for ref in (one.calling.subject, one.calling.account) if ref})
    return [_of_account(one, seen) for one in kept if one.calling.subject in seen]


def _of_account(one: Item, seen: frozenset[RecordRef]) -> Item:
    """Who may read an opportunity may not always read its account."""
    account = one.calling.account
    return one if account is None or account in seen else replace(one, sees_account=False)


def of_account(conn: Connection, account_id: int, guid: str) -> list[Item]:
    """What is open for an account and its opportunities that the reader may see; for its page, which has asked for
    the account itself."""
    rules = section(conn)
    scope = member().scope.having(RecordRef(RecordKind.ACCOUNT, guid))
    found = store.callings(conn, scope=scope, limits=rules.high(), account_id=account_id)
    return readable(one for one in once(items(conn, found, rules)) if one.place is Place.OPEN)


def about_scores(conn: Connection, account_id: int, guid: str) -> list[Item]:
    """Those of them that come from scores; what comes from a signal stands at the signal."""
    return [one for one in of_account(conn, account_id, guid) if any(c.cause.score for c in (one.calling, *one.also))]


def item(conn: Connection, cause_text: str, key: str) -> Item:
    """One recommendation that the reader may see; 404 for every other."""
    cause = Cause.read(cause_text)
    rules = section(conn)
    calling = store.of_cause(conn, cause, limits=rules.high()) if cause else None
    if calling is None:
        abort(404)
    rights.may_open(calling.subject.kind, calling.subject.guid)
    found = next((one for one in items(conn, [calling], rules) if one.one.key == key), None)
    if found is None:
        abort(404)
    account = calling.account
    return found if account in (None, calling.subject) else _of_account(found, rights.among([account]))


def results(conn: Connection) -> tuple[Followed, ...]:
    """What followed, per recommendation; never per person."""
    outcomes = recommendation_acts.outcomes(conn, now=house().clock(), zone=house().config.zone)
    return followed(outcomes, [one.key for one in section(conn).catalogue])
