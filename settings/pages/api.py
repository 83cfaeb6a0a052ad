"""The rules under /api/v1/settings: read, changed from a stated version, their effect before that, their history.

Only sales admins read and change the document; everybody who reads records may know how they are rated
(`/settings/rating`). The ETag is the version of the whole document, for a section too.
"""

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import BaseModel, Field, ValidationError

from relationship.activities import Kind
from relationship.desk.change_rules import change_rules
from relationship.errors import Conflict
from relationship.health.rules import Band
from relationship.store import rules as stored
from settings import history
from settings.pages.api_actions import refuse_own_machine
from settings.pages.api_consequences import refuse_feedback, refuse_own_domains, refuse_unconfirmed_removal
from settings.rules import Actions, Exclusions, HealthSection, Introductions, Rules, Sources
from settings.rules.form import Form
from settings.rules.recommendations import Recommendations
from web.api import asked, problems
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import member
from web.lists import cursors

blueprint = room("settings", __name__)

# 2,000 exclusions of each kind and 5,000 overrides of each kind have room in it.
LONGEST_RULES_BYTES = 4 * 1024 * 1024
PAGE_SIZE, LARGEST_PAGE = 20, 100
_CURSOR_OF = "settings.history"

Note = Annotated[
    str,
    Field(
        max_length=1_000,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$",
        description="Why, in your words; kept with the version.",
        json_schema_extra={asked.BESIDE: True},
    ),
]


Confirmed = Annotated[
    bool,
    Field(
        strict=True,
        description="Whether somebody has seen how much a shorter window or retention removes.",
        json_schema_extra={asked.BESIDE: True},
    ),
]


class RulesBody(Rules):
    """The rules in force and their version; 0 while nothing was saved."""

    version: int


class RulesChange(Rules):
    """All sections, whole. What GET answered can be sent back."""

    version: Annotated[
        int | None,
        Field(description="If given, the one that If-Match names.", json_schema_extra={asked.BESIDE: True}),
    ] = None
    note: Note = ""
    removal_confirmed: Confirmed = False


class HealthChange(HealthSection):
    note: Note = ""


class IntroductionsChange(Introductions):
    note: Note = ""


class ExclusionsChange(Exclusions):
    note: Note = ""


class SourcesChange(Sources):
    note: Note = ""
    removal_confirmed: Confirmed = False


class ActionsChange(Actions):
    note: Note = ""


class RecommendationsChange(Recommendations):
    note: Note = ""


class SavedBody(BaseModel):
    """version: in force now; changed: ratings that differ from before."""

    version: int
    changed: int


class RangeBody(BaseModel):
    """Scores of a band, both ends included."""

    from_: int = Field(serialization_alias="from")
    to: int


class RatingBody(BaseModel):
    """How records are rated, in plain values. every_days: expected days between contacts (a working day is 1.4);
    frequency: 1 once a day to 5 once a month; bands: by good, fair, poor."""

    version: int
    enabled: bool
    weights: dict[str, int]
    frequency: int
    every_days: float
    bands: dict[str, RangeBody]


class HistoryQuery(Form):
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE
    cursor: Annotated[str, Field(max_length=500, description="`next` of the page before.")] = ""


class DifferenceBody(BaseModel):
    """One value; null: it was, or is, not there."""

    path: list[str]
    before: Any = None
    after: Any = None


class ChangeBody(BaseModel):
    version: int
    saved_at: datetime
    saved_by: str = Field(description="Name of who saved it, as it was then.")
    note: str
    differences: list[DifferenceBody]


class HistoryBody(BaseModel):
    """Newest first. next: cursor of the following page, null on the last."""

    items: list[ChangeBody]
    next: str | None


class UndoWish(Form):
    """anyway: take it back although values that it set were changed again since."""

    note: Note = ""
    anyway: bool = Field(default=False, strict=True)
    removal_confirmed: Confirmed = False


@blueprint.get("/settings")
@documented({200: RulesBody, 304: None}, tag="settings")
def read() -> Response:
    """The rules in force

    For sales admins. The ETag is the version, and what If-Match of a change has to name.
    """
    asked.rules_admin()
    version, rules = _present()
    return answer(RulesBody(version=version, **_sections(rules)), version=version)


@blueprint.get("/settings/rating")
@documented({200: RatingBody, 304: None}, tag="settings")
def rating() -> Response:
    """How records are rated

    For everybody who reads records: weights, frequency and bands in plain values. Overrides are not shown, for they
    name records and teams that the caller may not see; a record tells its own.
    """
    asked.reader()
    version, rules = _present()
    health = rules.health
    found = health.rules()
    bands = {Band.GOOD: (health.bands.good, 100), Band.FAIR: (health.bands.fair, health.bands.good - 1)}
    bands[Band.POOR] = (0, health.bands.fair - 1)
    body = RatingBody(
        version=version,
        enabled=health.enabled,
        weights={kind: getattr(health.weights, kind) for kind in Kind},
        frequency=health.frequency,
        every_days=found.frequency.days,
        bands={band: RangeBody(from_=low, to=high) for band, (low, high) in bands.items()},
    )
    return answer(body, version=version)


@blueprint.put("/settings")
@documented({200: SavedBody}, body=RulesChange, whole=True, versioned=True, tag="settings")
def replace() -> Response:
    """Put all sections in force

    Every rating is in line with them when the answer comes. Equal rules keep their version.
    """
    asked.rules_admin()
    change = asked.body(RulesChange, most_bytes=LONGEST_RULES_BYTES, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    if change.version not in (None, expected):
        raise Refused(422, Fault("version_differs", "version"))
    wanted = Rules(**_sections(change))
    refuse_own_domains(wanted.exclusions, under=("exclusions",))
    refuse_own_machine(wanted.actions, under=("actions",))
    if not change.removal_confirmed:
        refuse_unconfirmed_removal(present, wanted)
    return put_in_force(wanted, expected, change.note)


@blueprint.put("/settings/health")
@documented({200: SavedBody}, body=HealthChange, whole=True, versioned=True, tag="settings")
def replace_health() -> Response:
    """Put another section of relationship health in force"""
    asked.rules_admin()
    change = asked.body(HealthChange, most_bytes=LONGEST_RULES_BYTES, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    section = HealthSection(**_fields(HealthSection, change))
    return put_in_force(present.model_copy(update={"health": section}), expected, change.note)


@blueprint.put("/settings/introductions")
@documented({200: SavedBody}, body=IntroductionsChange, whole=True, versioned=True, tag="settings")
def replace_introductions() -> Response:
    """Put another section of introductions in force

    An empty list of templates brings the built-in ones back.
    """
    asked.rules_admin()
    change = asked.body(IntroductionsChange, most_bytes=LONGEST_RULES_BYTES, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    section = Introductions(**_fields(Introductions, change))
    return put_in_force(present.model_copy(update={"introductions": section}), expected, change.note)


@blueprint.put("/settings/exclusions")
@documented({200: SavedBody}, body=ExclusionsChange, whole=True, versioned=True, tag="settings")
def replace_exclusions() -> Response:
    """Put other exclusions in force

    `POST /settings/exclusions/hidden` counts before what they hide.
    """
    asked.rules_admin()
    change = asked.body(ExclusionsChange, most_bytes=LONGEST_RULES_BYTES, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    section = Exclusions(**_fields(Exclusions, change))
    refuse_own_domains(section)
    return put_in_force(present.model_copy(update={"exclusions": section}), expected, change.note)


@blueprint.put("/settings/sources")
@documented({200: SavedBody}, body=SourcesChange, whole=True, versioned=True, tag="settings")
def replace_sources() -> Response:
    """Put another scope, window and retention in force

    What removes more than the rules in force needs `removal_confirmed`; `POST /settings/sources/removal` counts it.
    """
    asked.rules_admin()
    change = asked.body(SourcesChange, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    wanted = present.model_copy(update={"sources": Sources(**_fields(Sources, change))})
    if not change.removal_confirmed:
        refuse_unconfirmed_removal(present, wanted)
    return put_in_force(wanted, expected, change.note)


@blueprint.put("/settings/actions")
@documented({200: SavedBody}, body=ActionsChange, whole=True, versioned=True, tag="settings")
def replace_actions() -> Response:
    """Put other actions on change, webhooks and times of mails in force

    The secret of a webhook is not part of it: it is made, and shown once, on the page.
    """
    asked.rules_admin()
    change = asked.body(ActionsChange, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    section = Actions(**_fields(Actions, change))
    refuse_own_machine(section)
    return put_in_force(present.model_copy(update={"actions": section}), expected, change.note)


@blueprint.put("/settings/recommendations")
@documented({200: SavedBody}, body=RecommendationsChange, whole=True, versioned=True, tag="settings")
def replace_recommendations() -> Response:
    """Put another catalogue of recommendations in force"""
    asked.rules_admin()
    change = asked.body(RecommendationsChange, whole=True)
    version, present = _present()
    expected = asked.expected_version(version)
    section = Recommendations(**_fields(Recommendations, change))
    return put_in_force(present.model_copy(update={"recommendations": section}), expected, change.note)


@blueprint.get("/settings/history")
@documented({200: HistoryBody}, query=HistoryQuery, tag="settings")
def versions() -> Response:
    """What was changed, by whom, when and why

    Newest first. Pages by cursor: a change saved meanwhile neither repeats nor skips one.
    """
    asked.rules_admin()
    wish = asked.query(HistoryQuery)
    with house().store.reading() as conn:
        found = history.versions(conn, wish.limit + 1, before=_place(wish.cursor))
    shown = found[: wish.limit]
    place = str(shown[-1].version) if len(found) > wish.limit else None
    return answer(HistoryBody(items=[_change(one) for one in shown], next=cursors.sealed(place, of=_CURSOR_OF)))


@blueprint.post("/settings/history/<int:number>/undo")
@documented({200: SavedBody}, body=UndoWish, versioned=True, problems=(404, 409), tag="settings")
def undo(number: int) -> Response:
    """Take one change back

    Every value that it set gets its value from before; everything else stays as it is now. 409 when some of these
    values were changed again since, with the fields: `anyway` takes those back too.
    """
    asked.rules_admin()
    wish = asked.body(UndoWish)
    with house().store.reading() as conn:
        version, rules = stored.current(conn)
        change = history.version(conn, number) if number <= version else None
    if change is None:
        raise Refused(404, Fault("not_found"))
    expected = asked.expected_version(version)
    if (lost := history.overtaken(rules, change)) and not wish.anyway:
        raise Refused(409, *(Fault("changed_since", problems.dotted(one.path)) for one in lost))
    try:
        undone = history.undone(rules, change)
    except ValidationError:
        raise Refused(409, Fault("cannot_be_undone")) from None
    if not wish.removal_confirmed:
        refuse_unconfirmed_removal(rules, undone)
    return put_in_force(undone, expected, wish.note)


def _present() -> tuple[int, Rules]:
    with house().store.reading() as conn:
        return stored.current(conn)


def _sections(rules: Rules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in Rules.model_fields}


def _fields(section: type[Form], change: Form) -> dict[str, Any]:
    """What of a change belongs to the section itself."""
    return {name: getattr(change, name) for name in section.model_fields}


def put_in_force(rules: Rules, expected: int, note: str) -> Response:
    """Save the rules; the answer, 412 when somebody saved since version `expected`."""
    refuse_feedback(_present()[1], rules)
    who = {"by": member().oid, "by_name": member().name}
    try:
        saved = change_rules(house(), rules, expected_version=expected, note=note, **who)
    except Conflict as conflict:
        raise asked.stale(conflict.version) from None
    return answer(SavedBody(version=saved.version, changed=saved.changed), version=saved.version)


def _place(cursor: str) -> int | None:
    try:
        place = cursors.opened(cursor, of=_CURSOR_OF)
        return None if place is None else int(place)
    except ValueError:
        raise Refused(400, Fault("bad_cursor", "cursor")) from None


def _change(change: history.Change) -> ChangeBody:
    return ChangeBody(
        version=change.version,
        saved_at=change.saved_at,
        saved_by=change.saved_by_name,
        note=change.note,
        differences=[
            DifferenceBody(path=list(one.path), before=one.before, after=one.after) for one in change.differences
        ],
    )
