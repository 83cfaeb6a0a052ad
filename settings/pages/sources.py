"""The page of sources and privacy: whose mailboxes, since when, how long; what is held; how every mailbox is doing."""

from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.desk import list_groups as listing
from relationship.desk.retain import would_remove
from relationship.errors import RelationshipError
from relationship.store import rules as stored
from relationship.store.lists import choosing
from relationship.store.lists.choosing import Choice
from relationship.store.reading import reading_choices
from relationship.store.reading import reading_status as status
from relationship.store.reading.reading_status import KINDS, StatusFilters, StatusPage
from relationship.store.sources import leaving, scope
from relationship.store.sources.read_again import read_again
from relationship.store.sources.sources import SourceRow, all_sources
from relationship.store.verbatims import feedback_mailboxes
from relationship.store.verbatims.feedback_mailboxes import texts_leaving
from relationship.sync.readers.terms import Terms, terms
from settings.pages import sections, wording_lists
from settings.pages.data_held import DATA_HELD, KEPT
from settings.pages.shell import blueprint, whole_house
from settings.pages.sources_form import DAYS, Fault, Read, fields, read
from settings.pages.versions import shown_version
from settings.rules import Rules, Sources
from web.house import house
from web.identity.members import for_admins
from web.operations import reasons

MAILBOX = "mail"
PAGE_SIZE = 25
MOST_FOUND = 8
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Effect:
    """What saving removes that is kept now. mailboxes: read ones that leave the scope; unread_groups: chosen ones whose
    members are not known yet; activities, contact_days, customer_facts: that lie before the shorter window;
    texts: of withdrawn feedback mailboxes; declared: feedback mailboxes that are new."""

    activities: int = 0
    contact_days: int = 0
    mailboxes: int = 0
    unread_groups: int = 0
    texts: int = 0
    customer_facts: int = 0
    declared: tuple[str, ...] = ()
    changed: bool = False

    @property
    def confirmation(self) -> str:
        """What the form has to send back when something goes, or mails are to be read; '' when neither."""
        counts = (*self.removed, *self.declared)
        return "-".join(map(str, counts)) if any(counts) else ""

    @property
    def removed(self) -> tuple[int, ...]:
        return (self.activities, self.contact_days, self.mailboxes, self.texts, self.customer_facts)


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """A feedback mailbox on the page. source: None before it was first read;  code: why it cannot be, or '';
    texts: verbatims that came from it."""

    address: str
    source: SourceRow | None
    code: str
    texts: int
    is_new: bool
    is_withdrawn: bool


@blueprint.get("/sources")
@for_admins
def sources() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        return _page(conn, version, present.sources, Read(present.sources))


@blueprint.post("/sources")
@for_admins
def save_sources() -> str | Response | tuple[str, int]:
    """Save; 422 with what cannot be, or when nobody confirmed that something goes for good."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        found = _checked(conn, base.sources)
        effect = effect_of(conn, stored.current(conn)[1], found.section)
        unconfirmed = bool(effect.confirmation) and request.form.get("confirmed") != effect.confirmation
        if found.faults or unconfirmed:
            return _page(conn, version, base.sources, found, unconfirmed=unconfirmed and not found.faults), 422
    return sections.save(
        base,
        base.model_copy(update={"sources": found.section}),
        version=version,
        view="settings.save_sources",
        back="settings.sources",
        shown=fields(base.sources),
    )


@blueprint.post("/sources/effect")
@for_admins
def sources_effect() -> str:
    """What the form removes, counted before it is saved."""
    with house().store.reading() as conn:
        _version, base = shown_version(conn)
        found = _checked(conn, base.sources)
        effect = effect_of(conn, stored.current(conn)[1], found.section)
    return render_template(
        "settings/sources_effect.html", effect=effect, faults=found.faults, section=found.section, lists=wording_lists
    )


@blueprint.get("/sources/groups")
@for_admins
def find_groups() -> str:
    """Groups of the directory by a few letters of their name."""
    with house().store.reading() as conn:
        present = stored.current(conn)[1].sources
        found = _found(conn)
    return render_template("settings/groups_found.html", wanted=_wanted(), found=found, chosen=present.groups)


@blueprint.post("/sources/groups")
@for_admins
def list_groups() -> Response:
    """Ask the directory now which groups there are; only their names are read."""
    back = request.form.get("back", "")
    try:
        count = listing.list_groups(whole_house())
    except RelationshipError as error:
        flash(error.code, "groups_failed")
    else:
        flash(str(count), "groups_listed")
    return redirect(url_for("settings.start", step=back) if back == "mailboxes" else url_for("settings.sources"), 303)


@blueprint.post("/sources/again")
@for_admins
def read_mailbox_again() -> Response:
    """Let the next sync read one mailbox from the start."""
    key = request.form.get("key", "")
    with house().store.transaction() as conn:
        known = read_again(conn, f"{KINDS[MAILBOX]}{key}")
    if not known:
        abort(404)
    flash(request.form.get("name", "")[:100], "again")
    query = sections.searched("q") or None
    return redirect(url_for("settings.sources", _anchor="mailboxes-title", q=query), 303)


def effect_of(conn: Connection, present: Rules, wanted: Sources) -> Effect:
    """What these sources remove beyond what goes under the rules in force."""
    if wanted == present.sources:
        return Effect()
    now, then = (
        would_remove(whole_house(), one.retain_days, one.retain_days_aggregates, read_window_days=one.read_window_days)
        for one in (present.sources, wanted)
    )
    before = leaving.mailboxes_leaving(conn, present.sources)
    return Effect(
        activities=max(0, then.activities - now.activities),
        contact_days=max(0, then.contact_days - now.contact_days),
        customer_facts=max(0, then.customer_facts - now.customer_facts),
        mailboxes=max(0, leaving.mailboxes_leaving(conn, wanted) - before),
        unread_groups=0 if wanted.everyone else len(scope.unread_groups(conn, wanted.groups)),
        texts=max(0, texts_leaving(conn, present, wanted) - texts_leaving(conn, present, present.sources)),
        declared=tuple(one for one in wanted.feedback.mailboxes if one not in present.sources.feedback.mailboxes),
        changed=True,
    )


def chosen_groups(conn: Connection, base: Sources, section: Sources) -> dict[str, list[tuple[Choice, bool]]]:
    """The groups of the form: `kept`, each with whether it is to be removed, and `added`."""
    names = reading_choices.groups(conn, sorted({*base.groups, *section.groups}))

    def named(key: str) -> Choice:
        return names.get(key) or Choice(key, "")

    return {
        "kept": [(named(key), key not in section.groups) for key in base.groups],
        "added": [(named(key), False) for key in section.groups if key not in base.groups],
    }


def today() -> date:
    return house().clock().astimezone(house().config.zone).date()


def in_force(section: Sources) -> Terms:
    """The window and retention that hold, from the rules or else the configuration."""
    return terms(house().config, section)


def _page(conn: Connection, version: int, base: Sources, found: Read, *, unconfirmed: bool = False) -> str:
    entered = {fault.field: fault.entered for fault in found.faults}
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= LAST_PAGE:
        abort(404)
    query = sections.searched("q")
    page = _mailboxes(conn, query, number)
    return render_template(
        "settings/sources.html",
        version=version,
        base=base,
        section=found.section,
        shown=fields(found.section) | {name: text for name, text in entered.items() if name in (*DAYS, "consulted_on")},
        groups=chosen_groups(conn, base, found.section),
        known_groups=bool(choosing.choices(conn, "group", "", 1)),
        wanted=_wanted(),
        found=_found(conn),
        effect=effect_of(conn, stored.current(conn)[1], found.section),
        faults=found.faults,
        unconfirmed=unconfirmed,
        changed=found.section != base,
        terms=in_force(found.section),
        configured=in_force(Sources()),
        today=today(),
        may_read=len(scope.readable_users(conn)),
        mailboxes=page,
        query=query,
        number=number,
        pages=-(-page.total // PAGE_SIZE),
        reasons=reasons,
        feedback=_feedback(conn, base, found.section),
        has_second=bool(house().config.feedback_client_id),
        entered_mailboxes=" ".join(fault.entered for fault in found.faults if fault.field == "add-mailbox"),
        held=DATA_HELD,
        kept=KEPT,
        lists=wording_lists,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )


def _mailboxes(conn: Connection, query: str, number: int) -> StatusPage:
    return status.status_page(
        conn, StatusFilters(kind=MAILBOX, words=tuple(query.split()[:6])), page=number, size=PAGE_SIZE
    )


def _checked(conn: Connection, base: Sources) -> Read:
    found = read(request.form.to_dict(flat=False), base, today=today())
    refused = feedback_mailboxes.refused(conn, base.feedback, found.section.feedback)
    if not refused:
        return found
    wrong = {address for address, _code in refused}
    kept = tuple(one for one in found.section.feedback.mailboxes if one not in wrong)
    section = found.section.model_copy(
        update={"feedback": found.section.feedback.model_copy(update={"mailboxes": kept})}
    )
    return Read(section, (*found.faults, *(Fault("add-mailbox", code, address) for address, code in refused)))


def _feedback(conn: Connection, base: Sources, section: Sources) -> list[FeedbackRow]:
    """The declared mailboxes and those of the form that are new, each with its state."""
    states = {row.key: row for row in all_sources(conn)}
    counts = feedback_mailboxes.counts(conn)
    present = stored.current(conn)[1]
    union = tuple(dict.fromkeys((*base.feedback.mailboxes, *section.feedback.mailboxes)))
    every = present.sources.model_copy(update={"feedback": base.feedback.model_copy(update={"mailboxes": union})})
    found = feedback_mailboxes.declared(conn, present.model_copy(update={"sources": every}))
    return [
        FeedbackRow(
            address=one.address,
            source=states.get(one.source_key),
            code=one.code,
            texts=counts.get(one.source_key, 0),
            is_new=one.address not in base.feedback.mailboxes,
            is_withdrawn=one.address not in section.feedback.mailboxes,
        )
        for one in found
    ]


def _found(conn: Connection) -> list[Choice]:
    return choosing.choices(conn, "group", _wanted(), MOST_FOUND) if _wanted() else []


def _wanted() -> str:
    return sections.searched("find-groups")
