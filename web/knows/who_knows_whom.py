"""The pages of who knows whom: look for somebody, and see which colleague can introduce you."""

from flask import Blueprint, abort, render_template, request, session

from relationship.activities import RecordRef
from relationship.store.knows import reading_targets
from web.house import house
from web.identity import rights
from web.identity.members import for_readers, member
from web.knows import drawn_network, tie_words, who_knows

blueprint = Blueprint("who_knows_whom", __name__)

MOST_FOUND = 20
LONGEST_SEARCH = 100
MOST_RECENT = 6
# Keys of the records looked at last, in the signed session; names are read anew, within the scope of the moment.
RECENT = "looked_at"


@blueprint.get("/who-knows-whom")
@for_readers
def search() -> str:
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    scope = member().scope
    with house().store.reading() as conn:
        offered = who_knows.offered(conn).enabled
        found = reading_targets.search(conn, text, scope=scope, limit=MOST_FOUND + 1) if offered else []
        recent = reading_targets.targets(conn, _recent(), scope=scope) if offered else []
    seen = rights.among(one.ref for one in (*found, *recent))
    found, recent = ([one for one in several if one.ref in seen] for several in (found, recent))
    fragment = request.headers.get("HX-Target") == "found"
    return render_template(
        "knows/found.html" if fragment else "knows/search.html",
        text=text,
        found=found[:MOST_FOUND],
        capped=len(found) > MOST_FOUND,
        most=MOST_FOUND,
        recent=recent,
        offered=offered,
        ties=tie_words,
    )


@blueprint.get("/who-knows-whom/<kind>/<guid>")
@for_readers
def page(kind: str, guid: str) -> str:
    """Who can introduce the reader; 404 alike for what does not exist and what he may not read."""
    ref = who_knows.record(kind, guid)
    if ref is None:
        abort(404)
    with house().store.reading() as conn:
        offered = who_knows.offered(conn).enabled
    if not offered:
        return render_template("knows/switched_off.html")
    found = who_knows.answer(member(), ref)
    if found is None:
        abort(404)
    _remember(ref)
    drawn = drawn_network.drawing(found)
    return render_template("knows/answer.html", answer=found, target=found.target, drawn=drawn, ties=tie_words)


def _recent() -> list[RecordRef]:
    kept = session.get(RECENT, [])
    keys = [str(key).partition(":") for key in kept][:MOST_RECENT] if isinstance(kept, list) else []
    return [ref for kind, _, guid in keys if (ref := who_knows.record(kind, guid)) is not None]


def _remember(ref: RecordRef) -> None:
    if ref.kind in reading_targets.TARGETS:
        others = [str(one) for one in _recent() if one != ref]
        session[RECENT] = [str(ref), *others][:MOST_RECENT]
