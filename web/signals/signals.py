"""The room "Intelligence artificielle": open signals by value at stake, with filters, and as a file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.signals.catalogue import DETECTORS
from relationship.signals.signal import Family
from relationship.store import rules
from relationship.store.lists import list_choices
from relationship.store.privacy.audit import Action
from relationship.store.signals import signal_lists as store
from relationship.store.signals.signal_lists import SORTS, SignalFilters
from web import audit
from web.export import MOST_ROWS, written
from web.house import house
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language
from web.lists import cursors
from web.lists.list_fields import FileColumn
from web.lists.list_files import sent
from web.recommendations import recommendation_slot
from web.signals import signal_lines, signal_words
from web.texts import _

blueprint = Blueprint("signals", __name__)

SIZE = 25
OWNERS, STATES = ("all", "me"), ("open", "ended")
LONGEST_SEARCH, MOST_WORDS = 100, 6
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS = (RecordKind.ACCOUNT, RecordKind.OPPORTUNITY)
FILES = {"fr": "signaux", "en": "signals"}


@dataclass(frozen=True, slots=True)
class SignalQuery:
    """A list of signals as its address says.

    owner  'all', 'me', or the GUID of a user of the CRM;  least, most: value at stake as typed
    """

    family: str = ""
    detector: str = ""
    account: str = ""
    owner: str = "all"
    team: str = ""
    state: str = "open"
    search: str = ""
    least: float | None = None
    most: float | None = None
    sort: str = SORTS[0]
    place: str = ""

    @property
    def narrowed(self) -> bool:
        return replace(self, sort=SORTS[0], place="") != SignalQuery()

    @property
    def fingerprint(self) -> str:
        return f"signals:{replace(self, place='')!r}"

    def but(self, **changes: Any) -> "SignalQuery":
        """The same list with something changed, from its first page."""
        return replace(self, **{"place": "", **changes})

    def arguments(self) -> dict[str, Any]:
        """The address arguments; what is as at the start is left out."""
        pairs = {
            "family": self.family,
            "detector": self.detector,
            "account": self.account,
            "owner": "" if self.owner == "all" else self.owner,
            "team": self.team,
            "state": "" if self.state == "open" else self.state,
            "q": self.search,
            "min": _written(self.least),
            "max": _written(self.most),
            "sort": "" if self.sort == SORTS[0] else self.sort,
            "page": self.place,
        }
        return {name: value for name, value in pairs.items() if value}

    def filters(self) -> SignalFilters:
        return SignalFilters(
            family=self.family,
            detectors=frozenset({self.detector} - {""}),
            account=self.account,
            owner_key=member().oid if self.owner == "me" else None,
            owner_guid="" if self.owner in OWNERS else self.owner,
            team=self.team,
            ended=self.state == "ended",
            words=tuple(self.search.split()[:MOST_WORDS]),
            least=self.least,
            most=self.most,
        )


def query_of() -> SignalQuery:
    """The list that this request asks for; 422 for one that cannot be."""
    told = request.args
    account, owner = told.get("account", "").lower(), told.get("owner", "all").lower() or "all"
    if (account and not _GUID.fullmatch(account)) or (owner not in OWNERS and not _GUID.fullmatch(owner)):
        abort(422)
    return SignalQuery(
        family=_one_of("family", ("", *Family)),
        detector=_one_of("detector", ("", *DETECTORS)),
        account=account,
        owner=owner,
        team=_plain("team"),
        state=_one_of("state", STATES),
        search=_plain("q"),
        least=_number("min"),
        most=_number("max"),
        sort=_one_of("sort", SORTS),
        place=told.get("page", ""),
    )


@blueprint.get("/signals")
@for_readers
def signal_list() -> Response:
    """Open signals, those with most at stake first."""
    query = query_of()
    member().prepare()
    filters = query.filters()
    wanted = request.headers.get("HX-Target") == "results" if request.headers.get("HX-Request") else False
    with house().store.reading() as conn:
        _version, present = rules.current(conn)
        counts = store.counts(conn, scope=member().scope, filters=filters)
        try:
            place = cursors.opened(query.place, of=query.fingerprint)
            page = store.signal_page(
                conn, scope=member().scope, filters=filters, sort=query.sort, size=SIZE, place=place
            )
        except ValueError:
            abort(400)
        shown = signal_lines.lines(conn, page.rows, present.signals.thresholds())
        started = bool(page.rows) or store.any_signal(conn)
        account_name = _account_name(conn, query.account)
        offered = None if wanted else store.offered(conn, scope=member().scope)
    answer = make_response(
        render_template(
            "signals/results.html" if wanted else "signals/list.html",
            query=query,
            lines=shown,
            counts=counts,
            started=started,
            account_name=account_name,
            offered=offered,
            states=signal_words.LIFE,
            recommended=recommendation_slot.for_signals(shown),
            next_page=cursors.sealed(page.next_place, of=query.fingerprint),
            previous_page=cursors.sealed(page.previous_place, of=query.fingerprint),
            waiting=any(rights.figures_wait(kind) for kind in _KINDS),
            signal_words=signal_words,
            detectors=DETECTORS,
            sorts=SORTS,
        )
    )
    if wanted:
        answer.headers["HX-Push-Url"] = url_for("signals.signal_list", **query.arguments())
    return answer


@blueprint.get("/signals.<any(csv, xlsx):form>")
@for_readers
def file(form: str) -> Response:
    """The list as a file, with the facts in words."""
    query = query_of()
    if query.place:
        abort(422)
    member().prepare()
    for kind in _KINDS:
        rights.need_figures(kind)
    with house().store.reading() as conn:
        _version, present = rules.current(conn)
        found = list(
            store.all_signals(conn, scope=member().scope, filters=query.filters(), sort=query.sort, limit=MOST_ROWS)
        )
        shown = signal_lines.lines(conn, found, present.signals.thresholds())
    audit.note(Action.EXPORT, "signals", actor=member().oid, result=f"{len(shown)} rows")
    made = written(shown, _columns(), form=form, title=_("Signals"), language=language())
    return sent(made, FILES.get(language(), "signals"), form)


def _columns() -> Sequence[FileColumn]:
    def column(title: str, value: Any) -> FileColumn:
        return FileColumn(title, value)

    return (
        column(_("Signal"), lambda line: line.title),
        column(_("Family"), lambda line: str(signal_words.FAMILY[line.family])),
        column(_("About"), lambda line: line.name),
        column(_("Account"), lambda line: line.account or line.name),
        column(_("Owner"), lambda line: line.listed.owner),
        column(_("Value at stake"), lambda line: line.value),
        column(_("Currency"), lambda line: line.currency),
        column(_("Strength"), lambda line: line.percent),
        column(_("First seen"), lambda line: day_of(line.since)),
        column(_("Last seen"), lambda line: day_of(line.last)),
        column(_("Ended"), lambda line: line.ended),
        column(_("Facts"), lambda line: "; ".join(one.text for one in line.evidence)),
        column(_("Rule"), lambda line: line.rule),
    )


def _account_name(conn: Any, guid: str) -> str:
    """What a chip calls the account that the list is narrowed to; its name only where it may be read."""
    if not guid:
        return ""
    seen = rights.among([RecordRef(RecordKind.ACCOUNT, guid)])
    return (list_choices.account_name(conn, guid) if seen else "") or _("Account")


def _plain(name: str) -> str:
    return " ".join(request.args.get(name, "").replace("\x00", " ").split())[:LONGEST_SEARCH]


def _one_of(name: str, known: Sequence[str]) -> str:
    value = request.args.get(name) or known[0]
    if value not in known:
        abort(422)
    return str(value)


def _number(name: str) -> float | None:
    bare = re.sub(r"[\s\u00a0\u202f]", "", request.args.get(name, "")).replace(",", ".")
    if not bare:
        return None
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", bare):
        abort(422)
    return float(bare)


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".removesuffix(".00")
