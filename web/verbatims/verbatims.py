"""The pages of verbatims: the list with its file, how it develops, and one text with the words that say something."""

import structlog
from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.store import rules
from relationship.store.knows import reading_targets
from relationship.store.privacy.audit import Action
from relationship.store.verbatims import (
    verbatim_corrections,
    verbatim_figures,
    verbatim_links,
    verbatim_lists,
    verbatim_moods,
    verbatims,
)
from relationship.store.verbatims.verbatim_lists import Listed
from relationship.store.verbatims.verbatims import Kept
from relationship.verbatims import Analysis, analyse
from relationship.verbatims.analysis import sentences_of, spans_of
from web import audit
from web.export import MOST_ROWS, written
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language
from web.lists.list_files import MANY_ROWS, sent
from web.texts import _
from web.verbatims import verbatim_columns, verbatim_development, verbatim_filters, verbatim_words
from web.verbatims.highlighted import lines
from web.verbatims.verbatim_filters import Chosen

log = structlog.get_logger()
blueprint = Blueprint("verbatims", __name__, url_prefix="/verbatims")

PAGE_SIZE = 25
MOST_FOUND = 8
FILES = {"fr": "verbatims", "en": "verbatims"}


@blueprint.app_context_processor
def vocabulary() -> dict[str, object]:
    return {"verbatim_words": verbatim_words, "verbatim_filters": verbatim_filters, "day_of": day_of}


@blueprint.get("")
@for_readers
def listed() -> str:
    """Texts of the accounts that the reader may read, newest first."""
    chosen, scope = verbatim_filters.chosen(), member().scope
    wish = chosen.wish()
    with house().store.reading() as conn:
        counts = verbatim_lists.count(conn, wish, scope=scope)
        rows = verbatim_lists.page(conn, wish, scope=scope, after=_place(), limit=PAGE_SIZE + 1)
        marks = verbatims.marks(conn, [one.verbatim.id for one in rows])
        corrected = verbatim_corrections.of(conn, [one.verbatim.id for one in rows])
        columns = verbatim_figures.filter_values(conn, verbatim_filters.everything_of(wish), scope=scope)
        development = None if _place() else verbatim_development.of(conn, chosen, scope=scope)
        account = _account_name(conn, rows, chosen)
    last = rows[PAGE_SIZE - 1].verbatim if len(rows) > PAGE_SIZE else None
    return render_template(
        "verbatims/list.html",
        rows=permitted(rows[:PAGE_SIZE]),
        marks=marks,
        corrected=corrected,
        counts=counts,
        total=sum(counts.values()),
        chosen=chosen,
        columns={**columns, **{name: [value] for name, value in chosen.columns.items() if name not in columns}},
        development=development,
        account=account,
        next_page=f"{last.day}.{last.id}" if last else "",
        most_rows=MOST_ROWS,
        waits=rights.figures_wait(RecordKind.ACCOUNT),
    )


@blueprint.get("/export.<any(csv, xlsx):form>")
@for_readers
def file(form: str) -> Response | tuple[str, int]:
    """The list as a file, with everything that was understood."""
    chosen = verbatim_filters.chosen()
    rights.need_figures(RecordKind.ACCOUNT)
    wish, scope = chosen.wish(), member().scope
    with house().store.reading() as conn:
        total = sum(verbatim_lists.count(conn, wish, scope=scope).values())
    if total > MOST_ROWS:
        audit.note(Action.EXPORT, "verbatims", actor=member().oid, result="refused")
        return render_template("verbatims/too_long.html", chosen=chosen, total=total, most=MOST_ROWS), 422
    audit.note(Action.EXPORT, "verbatims", actor=member().oid, result=f"{total} rows")
    if total >= MANY_ROWS:
        log.warning("large_export", list="verbatims", rows=total)
    with house().store.reading() as conn:
        columns = verbatim_columns.of(
            list(verbatim_figures.filter_values(conn, verbatim_filters.everything_of(wish), scope=scope))
        )
        rows = verbatim_columns.lines(conn, verbatim_figures.everything(conn, wish, scope=scope, limit=MOST_ROWS))
        made = written(rows, columns, form=form, title=_("Verbatims"), language=language())
    return sent(made, FILES[language()], form)


@blueprint.get("/<int:number>")
@for_readers
def one(number: int) -> str:
    """One text: its words highlighted, the emotion of each sentence, who said it."""
    return page_of(number)


def page_of(number: int, *, fault: str = "") -> str:
    """The page of one text, perhaps with what was wrong with a form of it."""
    found = opened(number)
    text = found.verbatim
    with house().store.reading() as conn:
        marks = verbatims.marks(conn, [number]).get(number, {})
        degrees = verbatims.degrees(conn, [number]).get(number, {})
        moods = verbatim_moods.mood(conn, [text.account_id], today=today()) if text.account_id else {}
        corrected = verbatim_corrections.of(conn, [number]).get(number)
        link_id = verbatim_figures.link_of(conn, number)
        link = verbatim_links.of(conn, link_id) if link_id else None
    return render_template(
        "verbatims/one.html",
        one=found,
        text=text,
        lines=lines(text.text, sentences_of(text.analysis), spans_of(text.analysis)),
        amounts=sorted(text.analysis.get("amounts", {}).items(), key=lambda pair: (-pair[1], pair[0])),
        themes=deepest(marks.get("theme", set())),
        marks=marks,
        degrees=degrees,
        mood=moods.get(text.account_id) if text.account_id else None,
        corrected=corrected,
        computed=_computed(text) if corrected else None,
        link=link,
        looked_for=request.args.get("find", "")[: verbatim_filters.LONGEST_SEARCH],
        candidates=_candidates() if not found.guid or link else [],
        fault=fault,
    )


def _computed(text: Kept) -> Analysis:
    """What is computed of a text that somebody corrected."""
    with house().store.reading() as conn:
        themes = rules.current(conn)[1].themes
    return analyse(text.text, text.language, themes.catalogue())


def opened(number: int) -> Listed:
    """A text that the reader may read; 404 alike for one that is not there."""
    with house().store.reading() as conn:
        found = verbatim_lists.one(conn, number) if number < 2**31 else None
    if found is None:
        abort(404)
    if found.guid:
        rights.may_open(RecordKind.ACCOUNT, found.guid)
    elif not member().imports:
        abort(404)
    return found


def _candidates() -> list[reading_targets.Target]:
    """Accounts and contacts whose words a text may be, as the reader looks for them."""
    text = request.args.get("find", "")[: verbatim_filters.LONGEST_SEARCH]
    if not text.strip():
        return []
    with house().store.reading() as conn:
        found = reading_targets.search(conn, text, scope=member().scope, limit=4 * MOST_FOUND)
    fit = [one for one in found if one.kind is RecordKind.ACCOUNT or one.account_guid]
    may = rights.among(one.ref for one in fit)
    return [one for one in fit if one.ref in may and one.kind is not RecordKind.LEAD][:MOST_FOUND]


def _place() -> tuple[int, int] | None:
    day, _sign, number = request.args.get("page", "").partition(".")
    if not (day.isascii() and day.isdigit() and number.isascii() and number.isdigit()) or len(day + number) > 18:
        return None
    return int(day), int(number)


def permitted(rows: list[Listed]) -> list[Listed]:
    """The rows whose account the CRM lets the reader read at this moment."""
    refs = {row.guid: RecordRef(RecordKind.ACCOUNT, row.guid) for row in rows if row.guid}
    may = rights.among(refs.values()) if refs else frozenset()
    return [row for row in rows if (not row.guid and member().imports) or refs.get(row.guid) in may]


def _account_name(conn: Connection, rows: list[Listed], chosen: Chosen) -> str:
    """The name of the account that the list is narrowed to, as far as the reader may read it."""
    guid = chosen["account"]
    if not guid:
        return ""
    known = next((row.account for row in rows if row.guid == guid), "")
    if known:
        return known
    target = reading_targets.target(conn, RecordRef(RecordKind.ACCOUNT, guid), scope=member().scope)
    return target.name if target else ""


def deepest(paths: set[str]) -> list[str]:
    """Themes without those above them."""
    return [path for path in sorted(paths) if not any(other.startswith(f"{path}/") for other in paths)]
