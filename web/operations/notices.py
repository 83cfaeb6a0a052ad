"""One's own notifications: at once, once a day or never, and in which language."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.clock import real_clock
from relationship.desk import enqueue
from relationship.store import rules as stored
from relationship.store.outbox import mail_choices, outbox
from relationship.store.outbox.mail_choices import Choice, How
from relationship.store.privacy.audit import Action
from web import audit
from web.house import house
from web.identity.members import for_readers, member
from web.languages import LANGUAGES, language
from web.operations import action_words

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
@for_readers
def page() -> str:
    with house().store.reading() as conn:
        present = mail_choices.choice(conn, member().oid)
        times = stored.current(conn)[1].actions.mails
    config = house().config
    return render_template(
        "notices/page.html",
        choice=present,
        languages=LANGUAGES,
        shown=language(),
        times=times,
        how=action_words.HOW,
        has_mail_server=bool(config.smtp_url.get_secret_value() and config.mail_from),
    )


@blueprint.post("/notices")
@for_readers
def save() -> Response:
    """Keep the choice; what waits follows it at once."""
    how, code = request.form.get("how", ""), request.form.get("language", "fr")
    if how not in [one.value for one in How] or code not in LANGUAGES:
        abort(422)
    wanted, key, now = Choice(How(how), code), member().oid, real_clock()
    with house().store.transaction() as conn:
        mail_choices.save(conn, key, wanted)
        if wanted.how is How.OFF:
            outbox.drop_for(conn, enqueue.person_target(key), at=now, code="off_by_choice")
        elif wanted.how is How.DAILY:
            outbox.join_for(
                conn, enqueue.person_target(key), until=enqueue.mail_due(conn, house(), now, digest=True)
            )  # fmt: skip
    audit.note(Action.PREFERENCE, "notices", actor=key, result=how)
    flash("", "notices_saved")
    return redirect(url_for("notices.page"), 303)
