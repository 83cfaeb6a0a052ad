"""What is recommended, as pages and the API show it: triggers with what fits, how each stands, what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.signals.recommendations import Cause, Followed, Recommendation, Words, followed, recommended
from relationship.signals.standing import ACTING, Place, State, place
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
    """One recommendation about one trigger. place: where it stands; acts: what people did, oldest first."""

    calling: Calling
    one: Recommendation
    words: Words
    place: Place
    acts: tuple[OneAct, ...]

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
        """Last day of a snooze, None otherwise."""
        days = [act.until_day for act in self.acts if act.until_day is not None]
        return day_of(days[-1]) if self.place is Place.SNOOZED and days else None

    @property
    def due_on(self) -> Any:
        return house().clock().astimezone(house().config.zone).date() + timedelta(days=self.one.days)


def section(conn: Connection) -> Recommendations:
    return stored.current(conn)[1].recommendations


def items(conn: Connection, found: Sequence[Calling], rules: Recommendations | None = None) -> list[Item]:
    """What is recommended about these triggers, in their order, then in that of the catalogue."""
    entries = (rules or section(conn)).entries()
    acts = recommendation_acts.of_causes(conn, (one.cause for one in found))
    day, code = today(), language()
    listed = []
    for one in found:
        for fits in recommended(one.trigger, entries):
            own = acts.get((str(one.cause), fits.key), [])
            stands = place([act.move for act in own], today=day)
            listed.append(Item(one, fits, fits.words(code), stands, tuple(own)))
    return listed


def listed(conn: Connection, *, mine: bool, scope: Scope) -> list[Item]:
    """All that is recommended within a scope, the largest value at stake first."""
    rules = section(conn)
    key = member().oid if mine else ""
    return items(conn, store.callings(conn, scope=scope, limits=rules.high(), mine=key), rules)


def readable(found: Iterable[Item]) -> list[Item]:
    """Those that the CRM lets the reader see: asked in one request."""
    kept = list(found)
    seen = rights.among({one.calling.subject for one in kept})
    return [one for one in kept if one.calling.subject in seen]


def of_account(conn: Connection, account_id: int, guid: str) -> list[Item]:
    """What is open for an account and its opportunities that the reader may see; for its page, which has asked for
    the account itself."""
    rules = section(conn)
    scope = member().scope.having(RecordRef(RecordKind.ACCOUNT, guid))
    found = store.callings(conn, scope=scope, limits=rules.high(), account_id=account_id)
    return readable(one for one in items(conn, found, rules) if one.place is Place.OPEN)


def about_scores(conn: Connection, account_id: int, guid: str) -> list[Item]:
    """Those of them that come from scores; what comes from a signal stands at the signal."""
    return [one for one in of_account(conn, account_id, guid) if one.calling.cause.score]


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
    return found


def results(conn: Connection) -> tuple[Followed, ...]:
    """What followed, per recommendation; never per person."""
    outcomes = recommendation_acts.outcomes(conn, now=house().clock(), zone=house().config.zone)
    return followed(outcomes, [one.key for one in section(conn).catalogue])
