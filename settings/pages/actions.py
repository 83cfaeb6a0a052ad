"""The page of actions on change: rules, webhooks, and when mails may arrive."""

from datetime import timedelta

from flask import abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.store import rules as stored
from relationship.store.outbox import acting
from relationship.store.outbox.acting import Fired
from settings.pages import actions_form, keyed, sections, wording_actions
from settings.pages.actions_form import Typed
from settings.pages.shell import blueprint
from settings.pages.versions import shown_version
from settings.rules import Actions, Rules
from settings.rules.actions import MOST_ENDPOINTS, MOST_RULES, ActionRule, MailTimes
from web.house import house
from web.identity.members import for_admins
from web.operations import action_words

HOME = "settings.actions"
NEW = "new"
PREVIEW_DAYS = 30


@blueprint.get("/actions")
@for_admins
def actions() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        return _page(conn, version, present.actions, Typed(present.actions.mails.model_dump(), present.actions.mails))


@blueprint.post("/actions")
@for_admins
def save_mail_times() -> str | Response | tuple[str, int]:
    """Save when mails may arrive."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        found = actions_form.mails(request.form.to_dict(flat=False), base.actions.mails)
        if not isinstance(found.made, MailTimes):
            return _page(conn, version, base.actions, found), 422
    section = base.actions.model_copy(update={"mails": found.made})
    shown = {name: str(value) for name, value in base.actions.mails.model_dump().items()}
    return saved(version, base, section, "settings.save_mail_times", shown)


@blueprint.get("/actions/rules/<key>")
@for_admins
def action_rule(key: str) -> str:
    """One rule, to be edited; `new` writes another one."""
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        one = next((rule for rule in present.actions.rules if rule.key == key), None)
        if one is None and key != NEW:
            abort(404)
        values = one.model_dump() if one else _first()
        return _editor(conn, version, present.actions, key, Typed(values, one))


@blueprint.post("/actions/rules/<key>")
@for_admins
def save_action_rule(key: str) -> str | Response | tuple[str, int]:
    """Save one rule; 422 with what cannot be."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        section = base.actions
        own = keyed.own_key(key, request.form.get("name", ""), section.rules)
        found = actions_form.rule(request.form.to_dict(flat=False), own)
        if not isinstance(found.made, ActionRule) or not set(found.made.endpoints) <= _keys(section):
            return _editor(conn, version, section, key, found, told=True), 422
    rules = keyed.placed(section.rules, found.made)
    if len(rules) > MOST_RULES:
        abort(422)
    wanted = section.model_copy(update={"rules": rules})
    return saved(version, base, wanted, "settings.save_action_rule", {}, key=key)


@blueprint.post("/actions/rules/<key>/remove")
@for_admins
def remove_action_rule(key: str) -> Response | tuple[str, int]:
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    wanted = actions_form.without_rule(base.actions, key)
    return saved(version, base, wanted, "settings.remove_action_rule", {}, key=key)


@blueprint.post("/actions/preview")
@for_admins
def preview_action_rule() -> str:
    """How often the typed rule would have acted lately."""
    found = actions_form.rule(request.form.to_dict(flat=False), "preview")
    with house().store.reading() as conn:
        return render_template("settings/action_preview.html", **_effect(conn, found))


def saved(
    version: int, base: Rules, section: Actions, view: str, shown: dict[str, str], **address: str
) -> Response | tuple[str, int]:
    """Put this section in force and lead back to the page."""
    wanted = base.model_copy(update={"actions": section})
    return sections.save(base, wanted, version=version, view=view, back=HOME, shown=shown, address=address)


def would_fire(conn: Connection, rule: ActionRule) -> tuple[int, list[Fired]]:
    """How often a rule would have acted in the last days, and at what last."""
    return acting.fired(conn, rule, house().clock() - timedelta(days=PREVIEW_DAYS))


def _page(conn: Connection, version: int, section: Actions, mails: Typed) -> str:
    return render_template(
        "settings/actions.html",
        version=version,
        section=section,
        names={one.key: one.name for one in section.endpoints},
        fired={one.key: would_fire(conn, one)[0] for one in section.rules},
        mails=mails,
        changed=bool(mails.faults),
        has_mail_server=bool(house().config.smtp_url.get_secret_value() and house().config.mail_from),
        has_crm=bool(house().config.dataverse_url),
        most_rules=MOST_RULES,
        most_endpoints=MOST_ENDPOINTS,
        days=PREVIEW_DAYS,
        texts=wording_actions,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )


def _editor(conn: Connection, version: int, section: Actions, key: str, found: Typed, *, told: bool = False) -> str:
    return render_template(
        "settings/action_rule.html",
        current_page=HOME,
        version=version,
        key=key,
        new=key == NEW,
        told=told,
        found=found,
        endpoints=section.endpoints,
        has_mail_server=bool(house().config.smtp_url.get_secret_value() and house().config.mail_from),
        has_crm=bool(house().config.dataverse_url),
        note=sections.note() if request.form else "",
        **_effect(conn, found),
    )


def _effect(conn: Connection, found: Typed) -> dict[str, object]:
    count, latest = would_fire(conn, found.made) if isinstance(found.made, ActionRule) else (None, [])
    return {
        "count": count,
        "latest": latest,
        "faults": found.faults,
        "days": PREVIEW_DAYS,
        "texts": wording_actions,
        "refusals": action_words.REFUSALS,
    }


def _first() -> dict[str, object]:
    """What a new rule begins with: the usual wish."""
    usual = ActionRule(key=NEW, name="-", reaches=("poor",), notify_owner=True)
    return {**usual.model_dump(), "name": ""}


def _keys(section: Actions) -> set[str]:
    return {one.key for one in section.endpoints}
