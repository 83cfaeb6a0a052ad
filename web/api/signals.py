"""Signals under /api/v1: what is open, on which facts, by which rule."""

from datetime import date
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.signals.catalogue import DETECTORS
from relationship.store import rules
from relationship.store.signals import signal_lists
from relationship.store.signals import signals as store
from relationship.store.signals.signal_lists import SignalFilters
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.lists import cursors
from web.nouns import ACCOUNTS
from web.records import record_page
from web.signals import signal_lines
from web.signals.signal_lines import EvidenceLine, SignalLine

blueprint = room("signals", __name__)

PAGE_SIZE, LARGEST_PAGE = 50, 200
Family = Literal["risk", "opportunity", "pipeline"]
SourceName = Literal["usage", "activities", "events", "crm", "verbatims"]
Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class SignalsQuery(Form):
    """owner: mine, all, or those of a user of the CRM (GUID); least, most: value at stake in the organisation's own
    currency; state: those that are over instead of the open ones."""

    family: Family | None = None
    detector: Annotated[str | None, Field(max_length=40)] = None
    account: Guid | None = None
    owner: Literal["all", "me"] | Guid = "all"
    team: Annotated[str, Field(max_length=160)] = ""
    state: Literal["open", "ended"] = "open"
    least: Annotated[float | None, Field(ge=0)] = None
    most: Annotated[float | None, Field(ge=0)] = None
    sort: Literal["value", "strength", "since"] = "value"
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE
    cursor: Annotated[str, Field(max_length=2_000, description="`next` of the page before.")] = ""


class SignalFactBody(BaseModel):
    """One fact. what: its sort (docs/signals.md); before: what value is held against; kind, guid: of the record behind
    it, null where there is none or the caller may not see it; note: what somebody wrote about an event."""

    what: str
    text: str
    day: date | None
    value: float | None
    before: float | None
    kind: str | None
    guid: str | None
    note: str


class SignalBody(BaseModel):
    """strength: 0.5 where the threshold is just reached, 1 at most; value: at stake, in currency; good: good news."""

    id: int
    detector: str
    title: str
    family: Family
    group: str
    good: bool
    rule: str
    kind: Literal["account", "opportunity"]
    guid: str
    name: str
    account: str | None
    owner: str
    value: float | None
    currency: str
    strength: Annotated[float, Field(ge=0, le=1)]
    first_seen: date
    last_seen: date
    ended: date | None
    facts: list[SignalFactBody]


class SignalsBody(BaseModel):
    """In the asked order. next: cursor of the following page, null on the last. A page may hold fewer than `limit`:
    what the caller may not read is left out."""

    items: list[SignalBody]
    next: str | None


class SignalSourceBody(BaseModel):
    """A kind of data that is missing or broken for the account; detectors that read it wait."""

    source: SourceName
    state: Literal["no_data", "broken"]
    detectors: list[str]


class AccountSignalsBody(BaseModel):
    items: list[SignalBody]
    sources: list[SignalSourceBody]


@blueprint.get("/signals")
@documented({200: SignalsBody}, query=SignalsQuery, tag="signals")
def all_signals() -> Response:
    """Signals, the open ones unless asked for others

    Of all accounts and opportunities that the caller may read; those with most at stake first, by cursor.
    """
    caller = asked.reader()
    wish = asked.query(SignalsQuery)
    if wish.detector is not None and wish.detector not in DETECTORS:
        raise Refused(422, Fault("detector_unknown", "detector"))
    caller.prepare()
    filters = SignalFilters(
        family=wish.family or "",
        detectors=frozenset({wish.detector or ""} - {""}),
        account=(wish.account or "").lower(),
        owner_key=caller.oid if wish.owner == "me" else None,
        owner_guid="" if wish.owner in ("all", "me") else wish.owner.lower(),
        team=wish.team,
        ended=wish.state == "ended",
        least=wish.least,
        most=wish.most,
    )
    name = f"api.signals:{filters!r}:{wish.sort}"
    with house().store.reading() as conn:
        _version, present = rules.current(conn)
        try:
            place = cursors.opened(wish.cursor, of=name)
            page = signal_lists.signal_page(
                conn, scope=caller.scope, filters=filters, sort=wish.sort, size=wish.limit, place=place
            )
        except ValueError:
            raise Refused(400, Fault("bad_cursor", "cursor")) from None
        shown = signal_lines.lines(conn, page.rows, present.signals.thresholds())
    items = [_signal(one) for one in shown]
    return answer(SignalsBody(items=items, next=cursors.sealed(page.next_place, of=name)))


class StateQuery(Form):
    """state: those that are over instead of the open ones."""

    state: Literal["open", "ended"] = "open"


@blueprint.get("/accounts/<guid>/signals")
@documented({200: AccountSignalsBody}, query=StateQuery, problems=(404,), tag="signals")
def of_account(guid: str) -> Response:
    """Signals of one account and of its opportunities

    The strongest first, of those that are over the latest, with the sources that cannot be trusted for it today.
    """
    caller = asked.reader()
    wish = asked.query(StateQuery)
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        _version, present = rules.current(conn)
        rows = store.of_account(conn, found.record.id, limit=LARGEST_PAGE, ended=wish.state == "ended")
        listed = signal_lists.about(conn, [row.id for row in rows], scope=caller.scope)
        shown = signal_lines.lines(conn, listed, present.signals.thresholds())
        states = store.source_states(conn, account_ids=[found.record.id])
    sources = [
        SignalSourceBody.model_validate({"source": source, "state": state, "detectors": _readers_of(source)})
        for (_account, source), state in sorted(states.items())
    ]
    return answer(AccountSignalsBody(items=[_signal(one) for one in shown], sources=sources))


def _readers_of(source: str) -> list[str]:
    return [one.id for one in DETECTORS.values() if source in one.sources]


def _signal(line: SignalLine) -> SignalBody:
    listed = line.listed
    return SignalBody.model_validate(
        {
            "id": line.id,
            "detector": line.detector,
            "title": line.title,
            "family": line.family,
            "group": DETECTORS[line.detector].group.value,
            "good": line.good,
            "rule": line.rule,
            "kind": "opportunity" if listed.kind is RecordKind.OPPORTUNITY else "account",
            "guid": listed.guid,
            "name": listed.name,
            "account": listed.account_guid or None,
            "owner": listed.owner,
            "value": listed.value,
            "currency": listed.currency,
            "strength": listed.signal.strength,
            "first_seen": day_of(line.since),
            "last_seen": day_of(line.last),
            "ended": line.ended,
            "facts": [_fact(one) for one in line.evidence],
        }
    )


def _fact(one: EvidenceLine) -> SignalFactBody:
    fact = one.fact
    return SignalFactBody(
        what=fact.what,
        text=one.text,
        day=None if fact.day is None else day_of(fact.day),
        value=fact.value,
        before=fact.before,
        kind=one.ref.kind.value if one.ref else None,
        guid=one.ref.guid if one.ref else None,
        note=one.note,
    )
