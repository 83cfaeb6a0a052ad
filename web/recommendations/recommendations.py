"""The pages of recommendations: the list, acting on one of them in place, and what followed."""

from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.activities import RecordKind
from relationship.desk import deliver, recommend
from relationship.desk.recommend import MailWish, MeetingWish, TaskWish, Wanted
from relationship.errors import RelationshipError, StorageTrouble
from relationship.introductions import NotAllowed, Via
from relationship.letters import letters
from relationship.signals.standing import Deed, Place, Reason, State
from relationship.store.outbox import outbox
from relationship.store.signals.recommendation_acts import OneAct
from relationship.sync.wire.connection import connect
from web.crm_link import task_address
from web.house import house
from web.identity import rights, sending
from web.identity.members import for_readers, member
from web.recommendations import recommendation_forms as forms
from web.recommendations import recommendation_words, recommending
from web.recommendations.recommendation_forms import Form, Shown
from web.recommendations.recommending import Item

blueprint = Blueprint("recommendations", __name__)

PAGE_SIZE = 50
JUDGED = {"done": Deed.DONE, "snooze": Deed.SNOOZED, "dismiss": Deed.DISMISSED, "reopen": Deed.REOPENED}


@blueprint.app_context_processor
def vocabulary() -> dict[str, object]:
    return {"advice_words": recommendation_words, "opens_task": _task_address}


@blueprint.get("/recommendations")
@for_readers
def page() -> str:
    """The recommendations of the reader's own records, or of all that the reader may see: of all from the start for
    whoever owns no record that anything is recommended about. Narrowed to one recommendation or one owner, by pages."""
    asked = request.args.get("who", "")
    who = "all" if asked == "all" else "me"
    chosen = request.args.get("place", Place.OPEN.value)
    number = request.args.get("page", "1")
    if chosen not in recommendation_words.PLACES or not (number.isascii() and number.isdigit() and 0 < len(number) < 4):
        abort(404)
    advice, owner = request.args.get("advice", ""), request.args.get("owner", "")
    with house().store.reading() as conn:
        found = recommending.listed(conn, mine=who == "me", scope=member().scope)
        if not found and not asked:
            who = "all"
            found = recommending.listed(conn, mine=False, scope=member().scope)
        results = recommending.results(conn)
        titles = {one.key: one.pure() for one in recommending.section(conn).catalogue}
    owners = {one.calling.owner_guid: one.calling.owner for one in found if one.calling.owner_guid}
    known = {one.one.key: one.words.title for one in found}
    fitting = [
        one for one in found if advice in ("", one.one.key) and (who == "me" or owner in ("", one.calling.owner_guid))
    ]
    counts = {name: sum(one.place.value == name for one in fitting) for name in recommendation_words.PLACES}
    rows = [one for one in fitting if one.place.value == chosen]
    at = max(1, int(number))
    narrowed = {"who": who, "place": chosen, "advice": advice or None, "owner": owner or None}
    return render_template(
        "recommendations/page.html",
        rows=recommending.readable(rows[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]),
        more=max(0, len(rows) - at * PAGE_SIZE),
        at=at,
        narrowed=narrowed,
        offered=[(key, known[key]) for key in titles if key in known],
        owners=sorted(owners.items(), key=lambda one: one[1].casefold()),
        counts=counts,
        who=who,
        chosen=chosen,
        results=results,
        titles=titles,
        waits=rights.figures_wait(RecordKind.ACCOUNT) or rights.figures_wait(RecordKind.OPPORTUNITY),
    )


@blueprint.get("/recommendations/<cause>/<key>")
@for_readers
def one(cause: str, key: str) -> str:
    """One recommendation by itself, or anew in the page that shows it."""
    with house().store.reading() as conn:
        item = recommending.item(conn, cause, key)
    return _shown(item)


@blueprint.get("/recommendations/<cause>/<key>/<any('task','meeting','mail'):way>")
@for_readers
def form(cause: str, key: str, way: str) -> str:
    """The form of one way to act, filled in."""
    with house().store.reading() as conn:
        item = recommending.item(conn, cause, key)
        found = forms.shown(conn, item, forms.first(conn, item, way))
    return _shown(item, forms.times(item, found) if way == "meeting" else found)


@blueprint.post("/recommendations/<cause>/<key>/<any('task','meeting','mail'):way>")
@for_readers
def act(cause: str, key: str, way: str) -> str | Response:
    typed = forms.read(request.form.to_dict(flat=False), way)
    with house().store.reading() as conn:
        item = recommending.item(conn, cause, key)
        if request.form.get("changed"):
            if way == "mail":
                typed = forms.renamed(typed, forms.readable_people(conn, item))
            elif way == "meeting":
                typed = forms.without_empty_time(typed)
            found = forms.shown(conn, item, typed)
            return _shown(item, forms.times(item, found) if way == "meeting" else found)
    wanted = Wanted(item.calling, item.one.key, typed.key, member().oid)
    try:
        if way == "mail" and request.form.get("via") == "draft":
            composed = recommend.draft_mail(house(), wanted, _mail(item, typed))
            return _composed(cause, key, composed)
        done = _done(item, wanted, typed)
        refused = _refused(done)
    except StorageTrouble:
        raise
    except RelationshipError as error:
        refused = error
    if refused is None:
        return _after(cause, key)
    if not isinstance(refused, NotAllowed) and refused.code != "calendar_silent":
        typed = replace(typed, key=str(uuid4()))
    with house().store.reading() as conn:
        found = forms.shown(conn, recommending.item(conn, cause, key), typed, error=refused)
    silent = refused.code.startswith("calendar")
    return _shown(item, forms.times(item, found) if way == "meeting" and not silent else found)


@blueprint.post("/recommendations/<cause>/<key>/<any('done','snooze','dismiss','reopen'):judgement>")
@for_readers
def judge(cause: str, key: str, judgement: str) -> str | Response:
    """Done, put off, dismissed, and each taken back."""
    with house().store.reading() as conn:
        item = recommending.item(conn, cause, key)
    request_key = forms.read(request.form.to_dict(flat=False), judgement).key
    reason = request.form.get("reason", "")
    if reason and reason not in [one.value for one in Reason]:
        abort(422)
    wanted = Wanted(item.calling, item.one.key, request_key, member().oid)
    until = forms.ahead(request.form.get("days", "")) or forms.day(request.form.get("until", ""))
    try:
        recommend.judge(house(), wanted, JUDGED[judgement], until=until, reason=Reason(reason) if reason else None)
    except NotAllowed as error:
        return _shown(item, fault=error.code)
    return _after(cause, key)


def _done(item: Item, wanted: Wanted, typed: Form) -> OneAct:
    if typed.way == "task":
        due_on = forms.day(typed.due_on)
        if due_on is None:
            raise _fault("due_on", "due_range")
        with closing(connect(house().config)) as microsoft:
            ways = deliver.ways(house(), microsoft)
            return recommend.create_task(house(), wanted, TaskWish(typed.subject, typed.text, due_on), ways)
    if typed.way == "meeting":
        start = forms.moment(typed)
        if start is None:
            raise _fault("start", "start_range")
        contacts = _permitted(item, typed.contacts)
        wish = MeetingWish(typed.subject, typed.text, start, typed.minutes, contacts, typed.colleagues)
        return recommend.plan_meeting(house(), wanted, wish, forms.calendar_tokens())
    post = sending.posts(member().oid).get(Via.GRAPH)
    if post is None:
        raise _fault("", "way_not_open")
    return recommend.send_mail(house(), wanted, _mail(item, typed), post)


def _mail(item: Item, typed: Form) -> MailWish:
    contacts = _permitted(item, (typed.contact,))
    return MailWish(contacts[0] if contacts else "", typed.subject, typed.text)


def _permitted(item: Item, contacts: tuple[str, ...]) -> tuple[str, ...]:
    """The contacts among these that the reader may see; who asks for another one gets the answer for nobody."""
    with house().store.reading() as conn:
        known = {one.guid for one in forms.readable_people(conn, item)}
    if set(contacts) - known - {""}:
        raise _fault("contacts", "attendee_unknown")
    return tuple(guid for guid in contacts if guid)


def _refused(done: OneAct) -> RelationshipError | None:
    """What became of a task that the CRM refused for good."""
    if done.state is not State.REFUSED:
        return None
    with house().store.reading() as conn:
        delivery = outbox.by_key(conn, f"recommendation/{done.key}")
    return _fault("", delivery.last_code if delivery else "task_record_gone")


def _shown(item: Item, found: Shown | None = None, *, fault: str = "") -> str:
    fragment = request.headers.get("HX-Request") == "true"
    template = "recommendations/item.html" if fragment else "recommendations/one.html"
    return render_template(template, item=item, opened=found, fault=fault)


def _composed(cause: str, key: str, composed: letters.Compose) -> str:
    with house().store.reading() as conn:
        item = recommending.item(conn, cause, key)
    return _shown(item, Shown(Form("draft", ""), compose=composed))


def _after(cause: str, key: str) -> str | Response:
    """The recommendation anew, in place; without script its own page."""
    if request.headers.get("HX-Request") != "true":
        return redirect(url_for("recommendations.one", cause=cause, key=key), 303)
    return one(cause, key)


def _fault(field: str, code: str) -> NotAllowed:
    return NotAllowed("This cannot be done as it is.", next_step="Change it.", code=code, field=field)


def _task_address(done: Any) -> str:
    return task_address(house().config.dataverse_url, done.made_id) if done.deed is Deed.TASK and done.made_id else ""
