"""The page of one webhook: where it goes, what it is told, its secret, and a test."""

from typing import NamedTuple
from uuid import uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.clock import real_clock
from relationship.desk import enqueue
from relationship.desk.deliver import Ways, deliver_now
from relationship.errors import RelationshipError
from relationship.store import rules as stored
from relationship.store.outbox import hook_secrets
from relationship.store.outbox.outbox import State
from relationship.store.privacy.audit import Action
from relationship.sync.outward.webhooks import HookPost, new_secret
from settings.pages import actions_form, keyed, sections, wording_actions
from settings.pages.actions import HOME, NEW, saved
from settings.pages.actions_form import Fault, Typed
from settings.pages.shell import blueprint, whole_house
from settings.pages.versions import shown_version
from settings.rules import Actions
from settings.rules.actions import EVENTS, MOST_ENDPOINTS, Endpoint
from settings.rules.addresses import is_loopback
from web import audit
from web.house import house
from web.identity.members import for_admins, member
from web.operations import action_words

TEST_EVENT = "test"
NEW_WEBHOOK = {
    "name": "", "url": "https://", "enabled": True, "events": (), "format": "standard", "language": "fr",
}  # fmt: skip


class Secret(NamedTuple):
    """signing: how many sign now; fresh: a new one, shown this once; trouble: why none can be kept."""

    signing: int
    fresh: str = ""
    trouble: str = ""


@blueprint.get("/actions/webhooks/<key>")
@for_admins
def webhook(key: str) -> str:
    """One webhook, to be edited; `new` writes another one."""
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        one = _known(present.actions, key)
        values = one.model_dump() if one else NEW_WEBHOOK
        return _editor(conn, version, key, Typed(values, one))


@blueprint.post("/actions/webhooks/<key>")
@for_admins
def save_webhook(key: str) -> str | Response | tuple[str, int]:
    """Save one webhook; 422 with what cannot be."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        section = base.actions
        own = keyed.own_key(key, request.form.get("name", ""), section.endpoints)
        found = _allowed(actions_form.endpoint(request.form.to_dict(flat=False), own))
        if not isinstance(found.made, Endpoint):
            return _editor(conn, version, key, found, told=True), 422
    endpoints = keyed.placed(section.endpoints, found.made)
    if len(endpoints) > MOST_ENDPOINTS:
        abort(422)
    wanted = section.model_copy(update={"endpoints": endpoints})
    return saved(version, base, wanted, "settings.save_webhook", {}, key=key)


@blueprint.post("/actions/webhooks/<key>/remove")
@for_admins
def remove_webhook(key: str) -> Response | tuple[str, int]:
    """Remove it, and it from every rule. Its secret stays until another one of this key is made: undo brings both."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    wanted = actions_form.without_endpoint(base.actions, key)
    return saved(version, base, wanted, "settings.remove_webhook", {}, key=key)


@blueprint.post("/actions/webhooks/<key>/secret")
@for_admins
def make_secret(key: str) -> str | tuple[str, int]:
    """A new secret, shown this once; the one before signs along for a week."""
    fresh = new_secret()
    try:
        with house().store.transaction() as conn:
            version, present = stored.current(conn)
            one = _known(present.actions, key, new=False)
            hook_secrets.replace(conn, whole_house().vault(), key, fresh, now=real_clock())
            audit.note(Action.RULES, f"webhook/{key}/secret", actor=member().oid)
            return _editor(conn, version, key, Typed(one.model_dump() if one else {}, one), fresh=fresh)
    except RelationshipError as error:
        with house().store.reading() as conn:
            version, present = stored.current(conn)
            one = _known(present.actions, key, new=False)
            typed = Typed(one.model_dump() if one else {}, one)
            return _editor(conn, version, key, typed, trouble=error.code), 422


@blueprint.post("/actions/webhooks/<key>/secret/end")
@for_admins
def end_old_secret(key: str) -> Response:
    """Let only the newest secret sign."""
    with house().store.transaction() as conn:
        _known(stored.current(conn)[1].actions, key, new=False)
        hook_secrets.end_rotation(conn, whole_house().vault(), key, now=real_clock())
    audit.note(Action.RULES, f"webhook/{key}/secret", actor=member().oid, result="rotated")
    return redirect(url_for("settings.webhook", key=key), 303)


@blueprint.post("/actions/webhooks/<key>/test")
@for_admins
def test_webhook(key: str) -> Response:
    """Send a test call at once, and say what became of it."""
    name = f"test/{key}/{uuid4()}"
    with house().store.transaction() as conn:
        _known(stored.current(conn)[1].actions, key, new=False)
        data = {"message": "A test call of relationship health."}
        enqueue.webhook(conn, whole_house(), key=name, endpoint_key=key, event=TEST_EVENT, data=data)
    found = deliver_now(whole_house(), Ways(hooks=HookPost(house().config)), name)
    if found is not None and found.state is State.SENT:
        flash("", "tested")
    else:
        flash(found.last_code if found and found.last_code else "webhook_off", "test_failed")
    return redirect(url_for("settings.webhook", key=key), 303)


def _editor(
    conn: Connection, version: int, key: str, found: Typed, *, told: bool = False, fresh: str = "", trouble: str = ""
) -> str:
    kept = stored.current(conn)[1].actions.endpoint(key)
    return render_template(
        "settings/webhook.html",
        current_page=HOME,
        version=version,
        key=key,
        new=key == NEW,
        told=told,
        found=found,
        events=EVENTS,
        saved_format=kept.format if kept else "",
        secret=_secret(conn, key, fresh, trouble),
        words_of=action_words,
        texts=wording_actions,
        note=sections.note() if request.form and told else "",
    )


def _secret(conn: Connection, key: str, fresh: str, trouble: str) -> Secret:
    try:
        return Secret(len(hook_secrets.secrets(conn, whole_house().vault(), key, now=real_clock())), fresh, trouble)
    except RelationshipError as error:
        return Secret(0, "", error.code)


def _allowed(found: Typed) -> Typed:
    """In production no webhook goes to the machine of the service itself."""
    own = isinstance(found.made, Endpoint) and is_loopback(found.made.url)
    if own and house().config.mode == "production":
        return Typed(found.values, None, (Fault("url", "url_own_machine"),))
    return found


def _known(section: Actions, key: str, *, new: bool = True) -> Endpoint | None:
    """The webhook of this key; None for a new one, 404 for none."""
    one = section.endpoint(key)
    if one is None and not (new and key == NEW):
        abort(404)
    return one
