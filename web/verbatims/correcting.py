"""What a reader says about a text against the machine: whose words they are, what they mean; each can be taken back."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from relationship.activities import RecordKind, RecordRef
from relationship.desk import correct_verbatim
from relationship.store.knows import reading_targets
from relationship.store.verbatims import verbatim_corrections, verbatims
from relationship.store.verbatims.verbatim_corrections import Correction
from web.house import house
from web.identity import rights
from web.identity.members import for_importers, for_readers, member
from web.verbatims import verbatim_words
from web.verbatims.verbatims import deepest, opened, page_of

blueprint = Blueprint("verbatim_corrections", __name__, url_prefix="/verbatims")

MOST_THEMES = 20


@blueprint.post("/<int:number>/link")
@for_importers
def link(number: int) -> AnyResponse:
    """Say whose words they are: an account, or a contact with theirs."""
    opened(number)
    kind, sign, guid = request.form.get("record", "").partition("/")
    if not sign or kind not in (RecordKind.ACCOUNT.value, RecordKind.CONTACT.value):
        abort(422)
    ref = RecordRef(RecordKind(kind), guid)
    rights.may_open(ref.kind, ref.guid)
    with house().store.reading() as conn:
        target = reading_targets.target(conn, ref, scope=rights.opened(ref.kind, ref.guid))
    account = guid if ref.kind is RecordKind.ACCOUNT else (target.account_guid if target else None)
    if target is None or not account:
        abort(404)
    rights.may_open(RecordKind.ACCOUNT, account)
    contact = guid if ref.kind is RecordKind.CONTACT else None
    count = correct_verbatim.link(
        house(), number, account=account, contact=contact, by=member().oid, by_name=member().name
    )
    flash(f"linked {count}", "verbatim")
    return redirect(url_for("verbatims.one", number=number), 303)


@blueprint.post("/<int:number>/unlink")
@for_importers
def unlink(number: int) -> AnyResponse:
    opened(number)
    count = correct_verbatim.unlink(house(), number, by=member().oid)
    flash(f"unlinked {count}", "verbatim")
    return redirect(url_for("verbatims.one", number=number), 303)


@blueprint.post("/<int:number>/correct")
@for_readers
def correct(number: int) -> AnyResponse | tuple[str, int]:
    """Say what the text means; what is left as computed is not corrected."""
    found = opened(number)
    emotion, threat = request.form.get("emotion", ""), request.form.get("threat", "")
    themes = [one for one in request.form.getlist("themes") if one]
    known = {path for _, path in verbatim_words.themes()}
    if len(themes) > MOST_THEMES or not set(themes) <= known:
        return page_of(number, fault="themes"), 422
    # A theme stands with all above it; the deepest of each branch are enough.
    wanted = {one for one in themes if not any(other.startswith(f"{one}/") for other in themes)}
    with house().store.reading() as conn:
        present = verbatim_corrections.of(conn, [number]).get(number, Correction())
        in_force = set(deepest(verbatims.marks(conn, [number]).get(number, {}).get("theme", set())))
    correction = Correction(
        emotion=emotion if emotion in verbatim_words.EMOTIONS else None,
        threat="" if threat == "none" else threat if threat in verbatim_words.THREATS else None,
        themes=present.themes if wanted == in_force else tuple(sorted(wanted)),
    )
    correct_verbatim.correct(house(), found.verbatim.id, correction, by=member().oid, by_name=member().name)
    flash("corrected" if correction != Correction() else "taken_back", "verbatim")
    return redirect(url_for("verbatims.one", number=number), 303)


@blueprint.post("/<int:number>/undo")
@for_readers
def undo(number: int) -> AnyResponse:
    """What was computed counts again."""
    opened(number)
    correct_verbatim.undo(house(), number, by=member().oid)
    flash("taken_back", "verbatim")
    return redirect(url_for("verbatims.one", number=number), 303)
