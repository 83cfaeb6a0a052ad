"""Sensitivities and moments of life as live lists of accounts: page, file, and onto a list of addresses."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.desk import alert_rules as lists_desk
from relationship.desk.alert_rules import NotSaved
from relationship.desk.list_segment import put_on_list
from relationship.store.alerts import alert_rules
from relationship.store.privacy.audit import Action
from relationship.store.verbatims import segments as store
from relationship.store.verbatims import verbatim_moods
from relationship.store.verbatims.segments import Member
from relationship.store.verbatims.verbatim_moods import Mood
from web import audit
from web.alerts import alert_words
from web.alerts.alert_rules import for_writers, is_admin
from web.customers import customer_words
from web.export import MOST_ROWS, written
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import sent
from web.texts import _
from web.verbatims import verbatim_words

blueprint = Blueprint("sensitivities", __name__, url_prefix="/verbatims/sensitivities")

SHOWN = 50
MOST_PAGES = 400
FILES = {"fr": "sensibilites", "en": "sensitivities"}
_WORDS = {"sensitivity": verbatim_words.SENSITIVITIES, "moment": verbatim_words.MOMENTS}


@dataclass(frozen=True, slots=True)
class Choice:
    """A segment as its address says. degree: the least one;  days: '' for always."""

    sort: str
    word: str
    degree: int
    days: str

    @property
    def since(self) -> int | None:
        return today() - int(self.days) if self.days else None

    @property
    def name(self) -> str:
        return verbatim_words.named(self.sort, self.word)

    def arguments(self) -> dict[str, Any]:
        return {"sort": self.sort, "word": self.word, "degree": self.degree, "days": self.days}


@dataclass(frozen=True, slots=True)
class Line:
    member: Member
    mood: Mood | None


@blueprint.get("")
@for_readers
def listed() -> str:
    """Every sensitivity and moment with how many accounts share it."""
    days = _days()
    with house().store.reading() as conn:
        found = store.segments(conn, scope=member().scope, since=today() - int(days) if days else None)
    return render_template(
        "verbatims/sensitivities.html",
        segments=[one for one in found if one.word in _WORDS[one.sort]],
        days=days,
        waits=rights.figures_wait(RecordKind.ACCOUNT),
    )


@blueprint.get("/<any(sensitivity, moment):sort>/<word>")
@for_readers
def one(sort: str, word: str) -> str:
    """The accounts of one segment, the strongest first."""
    choice = _choice(sort, word)
    page = max(0, min(request.args.get("page", 0, type=int) or 0, MOST_PAGES))
    lines = _lines(choice, skip=page * SHOWN, limit=SHOWN + 1)
    with house().store.reading() as conn:
        lists = alert_rules.lists(conn) if _writes() else []
    return render_template(
        "verbatims/segment.html",
        choice=choice,
        lines=_permitted(lines[:SHOWN]),
        page=page,
        more=len(lines) > SHOWN,
        lists=lists,
        writes=_writes(),
        makes_lists=_writes() and is_admin(),
        refusal=alert_words.refusal(request.args["fault"]) if "fault" in request.args else "",
        waits=rights.figures_wait(RecordKind.ACCOUNT),
    )


@blueprint.get("/<any(sensitivity, moment):sort>/<word>.<any(csv, xlsx):form>")
@for_readers
def file(sort: str, word: str, form: str) -> Response:
    choice = _choice(sort, word)
    rights.need_figures(RecordKind.ACCOUNT)
    lines = _lines(choice, skip=0, limit=MOST_ROWS)
    audit.note(Action.EXPORT, f"segment/{sort}/{word}", actor=member().oid, result=f"{len(lines)} rows")
    degree = FileColumn(_("Degree"), lambda row: str(verbatim_words.DEGREES.get(row.member.degree, "")))
    columns = (
        FileColumn(_("Account"), lambda row: row.member.name),
        *((degree,) if sort == "sensitivity" else ()),
        FileColumn(_("Texts"), lambda row: row.member.texts),
        FileColumn(_("Last said on"), lambda row: day_of(row.member.day)),
        FileColumn(_("Last text"), lambda row: row.member.text),
        FileColumn(_("Owner"), lambda row: row.member.owner),
        FileColumn(customer_words.MOOD_DEGREES, lambda row: row.mood.temperature if row.mood else None),
    )
    content = written(lines, columns, form=form, title=choice.name, language=language())
    return sent(content, FILES.get(language(), "sensitivities"), form)


@blueprint.post("/<any(sensitivity, moment):sort>/<word>/list")
@for_writers
def onto_list(sort: str, word: str) -> AnyResponse:
    """Put the addresses of whoever said it on a list, a new one or one that is there."""
    choice = _choice(sort, word)
    rights.need_figures(RecordKind.ACCOUNT)
    accounts = [line.member.account_id for line in _permitted(_lines(choice, skip=0, limit=lists_desk.MOST_ON_A_LIST))]
    with house().store.reading() as conn:
        people = store.speakers(conn, sort, word, scope=member().scope, since=choice.since, accounts=accounts)
    number = request.form.get("number", 0, type=int)
    try:
        if not number:
            if not is_admin():
                abort(403)
            number = lists_desk.make_list(house(), request.form.get("name", ""), is_mailing=False, language=language())
        added = put_on_list(house(), number, people, by=member().oid)
    except NotSaved as error:
        return redirect(url_for("sensitivities.one", **choice.arguments(), fault=error.code), 303)
    flash(str(added), "segment_listed")
    return redirect(url_for("alert_lists.one_list", number=number), 303)


def _writes() -> bool:
    return lists_desk.may_write(member().reader)


def _days() -> str:
    days = request.values.get("days", "365")
    return days if days in verbatim_words.PERIODS else "365"


def _choice(sort: str, word: str) -> Choice:
    if word not in _WORDS[sort]:
        abort(404)
    degree = request.values.get("degree", 1, type=int) or 1
    return Choice(sort, word, degree if sort == "sensitivity" and degree in verbatim_words.DEGREES else 0, _days())


def _lines(choice: Choice, *, skip: int, limit: int) -> list[Line]:
    with house().store.reading() as conn:
        found = store.members(
            conn,
            choice.sort,
            choice.word,
            scope=member().scope,
            since=choice.since,
            degree=choice.degree,
            skip=skip,
            limit=limit,
        )
        moods = verbatim_moods.mood(conn, [one.account_id for one in found], today=today())
    return [Line(one, moods.get(one.account_id)) for one in found]


def _permitted(lines: list[Line]) -> list[Line]:
    """The accounts that the CRM lets the reader read at this moment."""
    refs = {line.member.guid: RecordRef(RecordKind.ACCOUNT, line.member.guid) for line in lines}
    may = rights.among(refs.values()) if refs else frozenset()
    return [line for line in lines if refs[line.member.guid] in may]
