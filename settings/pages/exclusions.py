"""The page of exclusions: who is left out, whom one may want to leave out, and what that hides before it is saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.activities import RecordKind
from relationship.store import rules as stored
from relationship.store.lists import choosing
from relationship.store.lists.choosing import Choice
from relationship.store.privacy import hiding
from relationship.store.privacy.hiding import Hidden
from relationship.store.reading import reading_choices
from settings.pages import permitted, sections, wording_lists
from settings.pages.exclusions_form import LISTS, Fault, Read, read
from settings.pages.shell import blueprint
from settings.pages.versions import shown_version
from settings.rules import Exclusions, Rules
from settings.rules.proposals import Proposal, proposals
from web.house import house
from web.identity.members import for_admins

MOST_FOUND = 8
# Directories and address books beyond this are searched by name instead.
MOST_LOOKED_AT = 5_000

ACCOUNTS = (RecordKind.ACCOUNT,)
# Which of the lists name records, and of which kinds.
RECORDS: Mapping[str, tuple[RecordKind, ...]] = {"contacts": permitted.PEOPLE, "accounts": ACCOUNTS}

Names = Callable[[Connection, Sequence[str]], dict[str, Choice]]
NAMES: Mapping[str, Names] = {
    "colleagues": reading_choices.colleagues,
    "groups": reading_choices.groups,
    "contacts": lambda conn, keys: permitted.chosen(reading_choices.people(conn, keys), permitted.PEOPLE),
    "accounts": lambda conn, keys: permitted.chosen(reading_choices.accounts(conn, keys), ACCOUNTS),
    "domains": lambda _conn, keys: {key: Choice(key, key) for key in keys},
}


@dataclass(frozen=True, slots=True)
class Effect:
    """hidden: what saving hides beyond what is hidden now; returns: whether something is let in again."""

    hidden: Hidden
    returns: bool
    changed: bool

    @property
    def confirmation(self) -> str:
        """What the form has to send back when stored activities or texts of customers go; '' when none do."""
        gone = [self.hidden.activities, *([self.hidden.texts] if self.hidden.texts else [])]
        return "-".join(map(str, gone)) if any(gone) else ""


@blueprint.get("/exclusions")
@for_admins
def exclusions() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        return page(conn, version, present.exclusions, Read(present.exclusions))


@blueprint.post("/exclusions")
@for_admins
def save_exclusions() -> str | Response | tuple[str, int]:
    """Save; 422 with what cannot be left out, or when nobody confirmed that stored activities go."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        found = checked(conn, base.exclusions)
        effect = effect_of(conn, found, stored.current(conn)[1])
        unconfirmed = bool(effect.confirmation) and request.form.get("confirmed") != effect.confirmation
        if found.faults or unconfirmed:
            return page(conn, version, base.exclusions, found, unconfirmed=unconfirmed and not found.faults), 422
    return sections.save(
        base,
        base.model_copy(update={"exclusions": found.section}),
        version=version,
        view="settings.save_exclusions",
        back="settings.exclusions",
        shown={},
    )


@blueprint.post("/exclusions/effect")
@for_admins
def exclusions_effect() -> str:
    """What the form hides, counted before it is saved."""
    with house().store.reading() as conn:
        _version, base = shown_version(conn)
        found = checked(conn, base.exclusions)
        effect = effect_of(conn, found, stored.current(conn)[1])
    return render_template("settings/exclusions_effect.html", effect=effect, faults=found.faults, lists=wording_lists)


@blueprint.get("/exclusions/find/<name>")
@for_admins
def find_exclusions(name: str) -> str:
    """What can be left out, by a few letters of its name."""
    if name not in LISTS:
        abort(404)
    with house().store.reading() as conn:
        found = _found(conn, name)
        present = stored.current(conn)[1].exclusions
    return render_template(
        "settings/exclusions_found.html",
        name=name,
        wanted=_wanted(name),
        found=found,
        present=present,
        lists=wording_lists,
    )


def page(conn: Connection, version: int, base: Exclusions, found: Read, *, unconfirmed: bool = False) -> str:
    """The page as it stands with what was entered."""
    return render_template(
        "settings/exclusions.html",
        version=version,
        parts_of=parts(conn, base, found),
        present_of=base,
        proposals=proposed(conn, found.section),
        effect=effect_of(conn, found, stored.current(conn)[1]),
        faults=found.faults,
        unconfirmed=unconfirmed,
        changed=found.section != base,
        lists=wording_lists,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One list as it is shown. kept: with whether it is to be removed; added: not saved yet."""

    name: str
    kept: tuple[tuple[Choice, bool], ...]
    added: tuple[Choice, ...]
    wanted: str
    found: tuple[Choice, ...]


def parts(conn: Connection, base: Exclusions, found: Read) -> list[Part]:
    """The five lists with the names of what is in them; what has none any more is shown by its key."""
    shown = []
    for name in LISTS:
        before, after = getattr(base, name), getattr(found.section, name)
        names = NAMES[name](conn, sorted({*before, *after}))
        kept = [(names.get(key) or Choice(key, ""), key not in after) for key in before]
        added = [names.get(key) or Choice(key, "") for key in after if key not in before]
        shown.append(
            Part(
                name,
                tuple(sorted(kept, key=lambda one: one[0].name.casefold())),
                tuple(sorted(added, key=lambda one: one.name.casefold())),
                _wanted(name),
                tuple(_found(conn, name)) if request.method == "GET" else (),
            )
        )
    return shown


def proposed(conn: Connection, section: Exclusions) -> list[Proposal]:
    """Whom one will usually want to leave out, without whoever is left out already."""
    groups = {one.key: one.name for one in choosing.choices(conn, "group", "", MOST_LOOKED_AT)}
    domains = [one.key for one in choosing.choices(conn, "domain", "", MOST_LOOKED_AT)]
    taken = {*section.groups, *section.domains}
    return [one for one in proposals(groups, domains) if one.key not in taken]


def checked(conn: Connection, base: Exclusions) -> Read:
    """The form, without domains of the organisation itself: leaving those out would leave out everybody."""
    found = read(request.form.to_dict(flat=False), base)
    ours = hiding.refused_domains(conn, found.section)
    if not ours:
        return found
    refused = {domain for domain, _code in ours}
    kept = tuple(domain for domain in found.section.domains if domain not in refused)
    faults = tuple(Fault("domains", code, domain) for domain, code in ours)
    return Read(found.section.model_copy(update={"domains": kept}), (*found.faults, *faults))


def effect_of(conn: Connection, found: Read, present: Rules) -> Effect:
    before, after = present.exclusions, found.section
    returns = any(set(getattr(before, name)) - set(getattr(after, name)) for name in LISTS)
    return Effect(hiding.hidden_by(conn, after) if after != before else Hidden(), returns, after != before)


def _found(conn: Connection, name: str) -> list[Choice]:
    wanted = _wanted(name)
    if not wanted:
        return []
    found = choosing.choices(conn, wording_lists.LISTS[name].kind, wanted, MOST_FOUND)
    if name in RECORDS:
        found = permitted.choices(found, RECORDS[name])
    if name == "domains" and "." in wanted and wanted.lower() not in {one.key for one in found}:
        return [Choice(wanted, wanted), *found]
    return found


def _wanted(name: str) -> str:
    return sections.searched(f"find-{name}")
