"""The card of one record in a frame, and what stands there instead of it."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from relationship.activities import RecordKind, RecordRef
from relationship.store import rules
from web.house import house
from web.identity.members import member
from web.knows import tie_words, who_knows
from web.nouns import NOUNS, Noun
from web.panel import place, sign_in
from web.panel.hints import Hints, hints
from web.panel.sparkline import HEIGHT, WIDTH, sparkline
from web.records import kpi_words, kpis, record_page

blueprint = Blueprint("panel", __name__, url_prefix=place.PATH)

MOST_COLLEAGUES = 3


@blueprint.get("")
def start() -> str | Response:
    """For an entry of the site map, which passes no record: the ways to the pages, each in a tab of its own."""
    if place.is_own_tab(request):
        return redirect(url_for("opportunities.listing"), code=303)
    return render_template("panel/start.html", nouns=NOUNS.values())


@blueprint.get("/<kind>")
def card(kind: str) -> str | Response | tuple[str, int]:
    """What a form of the CRM shows: the card, the way to sign in, or why there is neither."""
    asked = _asked(kind)
    noun = NOUNS[asked.kind] if asked.kind else None
    if noun and place.is_own_tab(request):
        return redirect(_whole_page(noun, asked), code=303)
    if noun is None:
        return render_template("panel/wrong_type.html")
    if asked.guid == "":
        return render_template("panel/unsaved.html")
    if not current_user.is_authenticated:
        sign_in.mark()
        return render_template("panel/sign_in.html", own_tab=_whole_page(noun, asked))
    if not member().reads_records:
        return render_template("panel/no_role.html"), 403
    if asked.guid is None:
        abort(404)
    return render_template("panel/card.html", **_card(noun, asked.guid))


@blueprint.get("/<kind>/who-knows-whom")
def colleagues(kind: str) -> str:
    """Who can introduce the reader: a part of the card, looked up when it comes into sight, and written down."""
    asked = _asked(kind)
    if not current_user.is_authenticated or not member().reads_records:
        abort(403)
    if not (asked.kind and asked.guid):
        abort(404)
    with house().store.reading() as conn:
        offered = who_knows.offered(conn).enabled
    found = who_knows.answer(member(), RecordRef(asked.kind, asked.guid)) if offered else None
    if found is None:
        abort(404)
    return render_template(
        "panel/colleagues.html",
        answer=found,
        ways=found.known.ways[:MOST_COLLEAGUES],
        whole=url_for("who_knows_whom.page", kind=asked.kind.value, guid=asked.guid),
        ties=tie_words,
    )


def _asked(kind: str) -> Hints:
    """404 for an address that stands for no table."""
    if kind not in {one.value for one in NOUNS}:
        abort(404)
    return hints(kind, request.args)


def _whole_page(noun: Noun, asked: Hints) -> str:
    """Where the record, or its list, opens in a tab of its own."""
    if asked.guid:
        return url_for(f"{noun.kind.value}.page", guid=asked.guid)
    return url_for(f"{noun.several}.listing")


def _card(noun: Noun, guid: str) -> dict[str, Any]:
    with house().store.reading() as conn:
        found = record_page.relationship(conn, noun, guid)
        record, as_of = found.record, found.as_of
        _version, present = rules.current(conn)
        shown: dict[str, Any] = {"noun": noun, "record": record, "reading_is_on": present.sources.may_read}
        if record.left_out:
            return shown
        figures = kpis.figures(conn, record, found.days, found.rules, as_of=as_of, reader=member())
    rating = record_page.rating(found)
    bands = found.rules.bands
    return {
        **shown,
        **rating,
        "spark": sparkline(rating["points"], today=as_of, good=bands.good, fair=bands.fair),
        "spark_size": (WIDTH, HEIGHT),
        "figures": figures,
        "kpi_words": kpi_words,
        "knows": found.introductions_offered,
        "people_are_many": record.kind in (RecordKind.ACCOUNT, RecordKind.OPPORTUNITY),
    }
