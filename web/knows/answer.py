"""Where a colleague answers a request by the link in the mail: no session, no sign-in, the link itself is the proof.

Opening a link changes nothing, for mail scanners open links; the one button on the page does. No name and no address
stands in any address here, and no answer of these pages is kept or indexed by anybody.
"""

from flask import Blueprint, make_response, render_template
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from relationship.desk.answer import answer_by_link, read_link
from relationship.introductions import NoSuchIntroduction, NotPossible, State, Step
from web.house import house

blueprint = Blueprint("answer", __name__)

# Title, what pressing the button does, the button; what is said afterwards.
ASKED = {
    Step.ACCEPT: (
        _l("Introduce them?"),
        _l("%(seller)s learns that you agree. Then write to %(contact)s with %(seller)s in copy, when it suits you."),
        _l("I will introduce them"),
    ),
    Step.PASS_ON: (
        _l("Is somebody else better placed?"),
        _l("%(seller)s learns that somebody else is better placed than you. You name nobody here."),
        _l("Somebody else is better placed"),
    ),
    Step.NOT_WELL: (
        _l("You don’t know this person well enough?"),
        _l("%(seller)s learns that you do not know %(contact)s well enough to introduce anybody."),
        _l("I don’t know them well enough"),
    ),
    Step.DECLINE: (
        _l("Not this time?"),
        _l("%(seller)s learns that it does not suit you. You need not give a reason."),
        _l("Not this time"),
    ),
}
THANKS = {
    Step.ACCEPT: (
        _l("Thank you"),
        _l("Now write to %(contact)s with %(seller)s in copy: we recognise the introduction by ourselves."),
    ),
    Step.PASS_ON: (
        _l("Thank you"),
        _l("%(seller)s knows. If you want to say who is better placed, sign in and name the colleague there."),
    ),
    Step.NOT_WELL: (_l("Thank you"), _l("%(seller)s knows and will look for another way.")),
    Step.DECLINE: (_l("Thank you"), _l("%(seller)s knows. You will not be reminded.")),
}
# What an outdated link leads to, by what became of the request.
SETTLED = {
    State.ACCEPTED: _l("You have agreed already. All that is left is to write to %(contact)s with %(seller)s in copy."),
    State.INTRODUCED: _l("The introduction has been made. Thank you."),
    State.DECLINED: _l("You have answered already, and nothing is expected of you any more."),
    State.PASSED_ON: _l("You have answered already, and nothing is expected of you any more."),
    State.LAPSED: _l("The request has ended by itself, and nothing is expected of you any more."),
    State.WITHDRAWN: _l("%(seller)s has taken the request back, and nothing is expected of you any more."),
}


@blueprint.get("/introductions/answer/<token>")
def page(token: str) -> Response:
    """What pressing the button will do; nothing is done yet."""
    return _page(token)


@blueprint.post("/introductions/answer/<token>")
def give(token: str) -> Response:
    """Answer, once. A second press finds the friendly page of a link that was used."""
    try:
        with house().store.reading() as conn:
            link = read_link(house(), conn, token)
        answer_by_link(house(), token)
    except NoSuchIntroduction:
        return _unknown()
    except NotPossible:
        return _page(token)
    title, told = THANKS[link.step]
    names = {"seller": link.seller, "contact": link.contact}
    return _sent("answer.html", title=title, told=told % names, is_done=True, names_somebody=link.step is Step.PASS_ON)


def _page(token: str) -> Response:
    try:
        with house().store.reading() as conn:
            link = read_link(house(), conn, token)
    except NoSuchIntroduction:
        return _unknown()
    names = {"seller": link.seller, "contact": link.contact}
    if not link.is_open:
        told = SETTLED[link.introduction.state] % names
        return _sent("answer.html", title=_l("This request is settled"), told=told, is_done=True)
    title, told, button = ASKED[link.step]
    return _sent("answer.html", title=title, told=told % names, asks=names, button=button, token=token)


def _unknown() -> Response:
    """The same page for a link that is too old, of another service, or made up."""
    told = _l("It is older than a fortnight, or was not copied whole. Your introductions show what is open.")
    return _sent("answer.html", 404, title=_l("This link is no longer valid"), told=told, is_done=True)


def _sent(template: str, status: int = 200, **values: object) -> Response:
    response = make_response(render_template(template, **values), status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response
