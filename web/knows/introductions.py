"""The pages of introductions: ask for one, see what became of it, answer, and one's own choices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.activities import RecordRef
from relationship.desk import answer as answering
from relationship.desk import introduce
from relationship.desk.introduce import Asked, Wish
from relationship.desk.prefer import prefer
from relationship.errors import RelationshipError, StorageTrouble
from relationship.graph.ties import TieWord
from relationship.introductions import (
    OPEN,
    AlreadyAsked,
    NoSuchIntroduction,
    NotAllowed,
    NotPossible,
    Step,
    TooMany,
    Via,
)
from relationship.letters.letters import CHOICES
from relationship.store.knows import preferences, reading_introductions
from relationship.store.knows.introductions import Introduction
from relationship.store.knows.reading_introductions import Seen
from relationship.store.lists import choosing
from settings.rules.templates import Letter
from web.house import house
from web.identity.members import for_admins, for_readers, member
from web.knows import asking, introduction_words, tie_words, who_knows
from web.knows.asking import Prepared
from web.languages import LANGUAGES, language

blueprint = Blueprint("introductions", __name__)

MOST_COLLEAGUES = 20
LONGEST_SEARCH = 100
# What a page may do to a request, by the last part of its address.
STEPS = {"accept": Step.ACCEPT, "decline": Step.DECLINE, "not-well": Step.NOT_WELL, "pass-on": Step.PASS_ON}


@blueprint.app_context_processor
def vocabulary() -> dict[str, object]:
    return {"introduction_words": introduction_words, "ties": tie_words}


@dataclass(frozen=True, slots=True)
class Place:
    """What the address of the form names."""

    ref: RecordRef
    colleague: str
    template: str
    language: str
    opportunity: str

    @classmethod
    def read(cls, given: Callable[[str, str], str]) -> "Place":
        ref = who_knows.record(given("kind", ""), given("guid", ""))
        deal = who_knows.record("opportunity", given("opportunity", ""))
        if ref is None or (deal is None and given("opportunity", "")):
            abort(404)
        chosen = given("language", "")
        return cls(
            ref,
            given("colleague", "")[:LONGEST_SEARCH],
            given("template", "")[:LONGEST_SEARCH],
            chosen if chosen in LANGUAGES else language(),
            deal.guid if deal else "",
        )

    def prepared(self) -> Prepared | None:
        return asking.prepare(
            member(),
            self.ref,
            self.colleague,
            template_key=self.template,
            language=self.language,
            opportunity=self.opportunity,
        )


@blueprint.get("/introductions/new")
@for_readers
def ask() -> str | tuple[str, int]:
    """The letter to a colleague, ready to be edited."""
    _refuse_when_off()
    place = Place.read(lambda name, usual: request.args.get(name, usual))
    prepared = place.prepared()
    if prepared is None:
        return _not_possible(place)
    return _form(place, prepared, prepared.letter, fragment=request.headers.get("HX-Target") == "letter")


@blueprint.post("/introductions/new")
@for_readers
def send() -> str | tuple[str, int] | Response:
    place = Place.read(lambda name, usual: request.form.get(name, usual))
    letter = Letter(request.form.get("subject", ""), request.form.get("body", ""))
    wish = Wish(
        colleague_key=place.colleague,
        target=place.ref,
        template_key=place.template,
        subject=letter.subject,
        body=letter.body,
        via=_via(request.form.get("via", "")),
        request_key=_request_key(request.form.get("request_key", "")),
        notify=request.form.get("notify") == "yes",
    )
    try:
        asked = asking.ask(member(), wish)
    except AlreadyAsked as error:
        flash(introduction_words.refusal(error.code), "refused")
        return redirect(url_for("introductions.one", key=error.key), 303)
    except (NotAllowed, TooMany) as error:
        if error.code == "introduction_not_possible":
            return _not_possible(place)
        return _again(place, letter, error, 429 if isinstance(error, TooMany) else 422)
    except StorageTrouble:
        raise
    except RelationshipError as error:  # the mail has not left for certain
        return _again(place, letter, error, 409)
    return _sent(asked)


@blueprint.get("/introductions")
@for_readers
def mine() -> str:
    """What the reader asked for, and what others asked of him."""
    with house().store.reading() as conn:
        found = reading_introductions.mine(conn, member().oid)
    return render_template("introductions/mine.html", mine=found, open_states=OPEN)


@blueprint.get("/introductions/<uuid:key>")
@for_readers
def one(key: UUID) -> str:
    """One request with its history, for the two people on it."""
    with house().store.reading() as conn:
        found = reading_introductions.one_of_mine(conn, member().oid, str(key))
    if found is None:
        abort(404)
    seen, history = found
    return render_template("introductions/one.html", seen=seen, history=history, is_seller=_is_seller(seen))


@blueprint.get("/introductions/<uuid:key>/pass-on")
@for_readers
def choose_other(key: UUID) -> str:
    """The colleague looks for somebody better placed."""
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    with house().store.reading() as conn:
        found = reading_introductions.one_of_mine(conn, member().oid, str(key))
        if found is None or _is_seller(found[0]):
            abort(404)
        # Whether a colleague may be asked is not looked at: a list of names must not tell.
        listed = choosing.choices(conn, "colleague", text, MOST_COLLEAGUES + 2) if text.strip() else []
    on_it = (found[0].introduction.seller_key, found[0].introduction.colleague_key)
    others = [choice for choice in listed if choice.key not in on_it][:MOST_COLLEAGUES]
    return render_template("introductions/pass_on.html", seen=found[0], text=text, others=others)


@blueprint.post("/introductions/<uuid:key>/<any('accept', 'decline', 'not-well', 'pass-on'):act>")
@for_readers
def answer(key: UUID, act: str) -> Response:
    step = STEPS[act]
    proposed = request.form.get("proposed", "") if step is Step.PASS_ON else ""

    def answered() -> Introduction:
        return answering.answer(house(), str(key), step, colleague_key=member().oid, proposed_key=proposed or None)

    return _moved(str(key), answered, "answered")


@blueprint.post("/introductions/<uuid:key>/withdraw")
@for_readers
def withdraw(key: UUID) -> Response:
    return _moved(str(key), lambda: introduce.withdraw(house(), str(key), seller_key=member().oid), "withdrawn")


@blueprint.post("/introductions/<uuid:key>/settle")
@for_readers
def settle(key: UUID) -> Response:
    """The seller says whether a mail in doubt left."""
    has_left = request.form.get("left") == "yes"
    return _moved(
        str(key), lambda: introduce.settle(house(), str(key), seller_key=member().oid, has_left=has_left), "settled"
    )


@blueprint.get("/introductions/choices")
@for_readers
def own_choices() -> str:
    with house().store.reading() as conn:
        present = preferences.choice(conn, member().oid)
    return render_template("introductions/preferences.html", choice=present)


@blueprint.post("/introductions/choices")
@for_readers
def save_preferences() -> Response:
    """One switch at a time: `opted_out` or `do_not_ask`, yes or no."""
    name, wanted = request.form.get("switch", ""), request.form.get("on") == "yes"
    if name == "opted_out":
        prefer(house(), member().oid, opted_out=wanted)
    elif name == "do_not_ask":
        prefer(house(), member().oid, do_not_ask=wanted)
    else:
        abort(400)
    flash(str(introduction_words.SAID["saved"]), "said")
    return redirect(url_for("introductions.own_choices"), 303)


@blueprint.get("/introductions/results")
@for_admins
def results() -> str:
    """How requests ended, as totals of many people; never of a person."""
    with house().store.reading() as conn:
        found = reading_introductions.totals(conn)
        opted_out = preferences.count_opted_out(conn)
    return render_template("introductions/results.html", totals=found, opted_out=opted_out, strengths=list(TieWord))


def _refuse_when_off() -> None:
    with house().store.reading() as conn:
        if not who_knows.offered(conn).enabled:
            abort(make_response(render_template("knows/switched_off.html"), 404))


def _form(
    place: Place,
    prepared: Prepared,
    letter: Letter,
    *,
    fault: RelationshipError | None = None,
    status: int = 200,
    fragment: bool = False,
) -> tuple[str, int]:
    shown = render_template(
        "introductions/letter.html" if fragment else "introductions/ask.html",
        place=place,
        prepared=prepared,
        target=prepared.answer.target,
        way=prepared.way,
        letter=letter,
        request_key=str(uuid4()),
        choices=[str(words) for words in CHOICES[prepared.template.language].values()],
        fault=introduction_words.refusal(fault.code) if fault else "",
        fault_field=getattr(fault, "field", "") if fault else "",
        via=request.form.get("via") or prepared.vias[0].value,
        may_allow=Via.GRAPH not in prepared.vias,
    )
    return shown, status


def _again(place: Place, letter: Letter, fault: RelationshipError, status: int) -> tuple[str, int]:
    """The form as it was sent, with what is wrong: nothing that was written is lost."""
    prepared = place.prepared()
    return _not_possible(place) if prepared is None else _form(place, prepared, letter, fault=fault, status=status)


def _not_possible(place: Place) -> tuple[str, int]:
    """One page for every reason, so that it tells none."""
    return render_template("introductions/not_possible.html", place=place), 422


def _sent(asked: Asked) -> str | Response:
    key = asked.introduction.key
    if asked.compose is not None:
        with house().store.reading() as conn:
            found = reading_introductions.one_of_mine(conn, member().oid, key)
        return render_template("introductions/draft.html", compose=asked.compose, seen=found[0] if found else None)
    said = "repeat" if asked.is_repeat else "in_doubt" if asked.introduction.in_doubt else "sent"
    flash(str(introduction_words.SAID[said]), "said")
    return redirect(url_for("introductions.one", key=key), 303)


def _moved(key: str, act: Callable[[], Any], said: str) -> Response:
    try:
        act()
    except NoSuchIntroduction:
        abort(404)
    except (NotPossible, NotAllowed) as error:
        flash(introduction_words.refusal(error.code), "refused")
    else:
        flash(str(introduction_words.SAID[said]), "said")
    return redirect(url_for("introductions.one", key=key), 303)


def _is_seller(seen: Seen) -> bool:
    return seen.introduction.seller_key == member().oid


def _via(name: str) -> Via:
    try:
        return Via(name)
    except ValueError:
        abort(400)


def _request_key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        abort(400)
