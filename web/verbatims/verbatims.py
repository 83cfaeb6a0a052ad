"""The pages of verbatims: the list, and one text with the words that say something."""

import re

from flask import Blueprint, abort, render_template, request

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.store.verbatims import verbatim_lists, verbatim_moods, verbatims
from relationship.store.verbatims.verbatim_lists import Listed, Wish
from relationship.verbatims.analysis import sentences_of, spans_of
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.verbatims import verbatim_words
from web.verbatims.highlighted import lines

blueprint = Blueprint("verbatims", __name__, url_prefix="/verbatims")

PAGE_SIZE = 25
LONGEST_SEARCH = 100
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CHOICES = {
    "emotion": verbatim_words.EMOTIONS,
    "feeling": verbatim_words.FEELINGS,
    "threat": {"any": "", **verbatim_words.THREATS},
    "source": verbatim_words.SOURCES,
    "sensitivity": verbatim_words.SENSITIVITIES,
    "moment": verbatim_words.MOMENTS,
    "days": verbatim_words.PERIODS,
}


@blueprint.app_context_processor
def vocabulary() -> dict[str, object]:
    return {"verbatim_words": verbatim_words, "day_of": day_of}


@blueprint.get("")
@for_readers
def listed() -> str:
    """Texts of the accounts that the reader may read, newest first."""
    chosen = _chosen()
    wish = _wish(chosen)
    with house().store.reading() as conn:
        counts = verbatim_lists.count(conn, wish, scope=member().scope)
        rows = verbatim_lists.page(conn, wish, scope=member().scope, after=_place(), limit=PAGE_SIZE + 1)
        marks = verbatims.marks(conn, [one.verbatim.id for one in rows])
        account = _account_name(rows, chosen["account"])
    shown = permitted(rows[:PAGE_SIZE])
    last = rows[PAGE_SIZE - 1].verbatim if len(rows) > PAGE_SIZE else None
    return render_template(
        "verbatims/list.html",
        rows=shown,
        marks=marks,
        counts=counts,
        total=sum(counts.values()),
        chosen=chosen,
        narrowed=any(value for name, value in chosen.items() if name != "days"),
        account=account,
        next_page=f"{last.day}.{last.id}" if last else "",
        waits=rights.figures_wait(RecordKind.ACCOUNT),
    )


@blueprint.get("/<int:number>")
@for_readers
def one(number: int) -> str:
    """One text: its words highlighted, the emotion of each sentence, who said it."""
    with house().store.reading() as conn:
        found = verbatim_lists.one(conn, number) if number < 2**31 else None
    if found is None:
        abort(404)
    if found.guid:
        rights.may_open(RecordKind.ACCOUNT, found.guid)
    elif not member().imports:
        abort(404)
    text = found.verbatim
    with house().store.reading() as conn:
        marks = verbatims.marks(conn, [number]).get(number, {})
        moods = verbatim_moods.mood(conn, [text.account_id], today=today()) if text.account_id else {}
    return render_template(
        "verbatims/one.html",
        one=found,
        text=text,
        lines=lines(text.text, sentences_of(text.analysis), spans_of(text.analysis)),
        amounts=sorted(text.analysis.get("amounts", {}).items(), key=lambda pair: (-pair[1], pair[0])),
        themes=_deepest(marks.get("theme", set())),
        marks=marks,
        mood=moods.get(text.account_id) if text.account_id else None,
    )


def _chosen() -> dict[str, str]:
    """The filters in the address; what is not known counts as not chosen."""
    found = {name: _one_of(name, list(words)) for name, words in _CHOICES.items()}
    found["days"] = request.args.get("days", "365") if request.args.get("days", "365") in _CHOICES["days"] else "365"
    # `theme` in an address is the look of the page.
    about = request.args.get("about", "")
    found["about"] = about if any(path == about for _, path in verbatim_words.themes()) else ""
    account = request.args.get("account", "")
    found["account"] = account if _GUID.fullmatch(account) else ""
    found["q"] = " ".join(request.args.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH]
    return found


def _one_of(name: str, known: list[str]) -> str:
    value = request.args.get(name, "")
    return value if value in known else ""


def _wish(chosen: dict[str, str]) -> Wish:
    return Wish(
        emotion=chosen["emotion"],
        feeling=chosen["feeling"],
        theme=chosen["about"],
        sensitivity=chosen["sensitivity"],
        moment=chosen["moment"],
        threat=chosen["threat"],
        source=chosen["source"],
        account=chosen["account"],
        since=today() - int(chosen["days"]) if chosen["days"] else None,
        text=chosen["q"],
        unknown=member().imports,
    )


def _place() -> tuple[int, int] | None:
    day, _, number = request.args.get("page", "").partition(".")
    if not (day.isascii() and day.isdigit() and number.isascii() and number.isdigit()) or len(day + number) > 18:
        return None
    return int(day), int(number)


def permitted(rows: list[Listed]) -> list[Listed]:
    """The rows whose account the CRM lets the reader read at this moment."""
    refs = {row.guid: RecordRef(RecordKind.ACCOUNT, row.guid) for row in rows if row.guid}
    may = rights.among(refs.values()) if refs else frozenset()
    return [row for row in rows if (not row.guid and member().imports) or refs.get(row.guid) in may]


def _account_name(rows: list[Listed], guid: str) -> str:
    """The name of the account that the list is narrowed to, as far as a row shows it."""
    return next((row.account for row in rows if row.guid == guid), "") if guid else ""


def _deepest(paths: set[str]) -> list[str]:
    return [path for path in sorted(paths) if not any(other.startswith(f"{path}/") for other in paths)]
