"""The alerts of a list as a file: the latest ones that the person may see, with what became of each."""

from flask import Blueprint, Response, request, send_file

from relationship.clock import day_of
from relationship.store.alerts.alerts import Raised
from relationship.store.privacy.audit import Action
from web import audit
from web.alerts import alert_words
from web.alerts.alerts import page_of, wish_of
from web.export import written
from web.house import house, today
from web.identity.members import for_readers, member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import TYPES
from web.texts import _

blueprint = Blueprint("alert_export", __name__, url_prefix="/alerts")

# A file holds the latest ones; more are asked for by rule or state.
MOST_IN_A_FILE, AT_ONCE = 2_000, 250


@blueprint.get("/export.<any(csv, xlsx):form>")
@for_readers
def file(form: str) -> Response:
    """What the list shows, one by one."""
    wish = wish_of(request.args)
    rows: list[Raised] = []
    before = wish.before
    while len(rows) < MOST_IN_A_FILE:
        found, before = page_of(
            before=before,
            states=wish.states,
            rule_id=wish.rule_id,
            account=wish.account,
            mine=wish.mine,
            limit=AT_ONCE,
        )
        rows += found
        if before is None:
            break
    rows = rows[:MOST_IN_A_FILE]
    content = written(rows, _columns(), form=form, title=_("Alerts"), language=language())
    audit.note(Action.EXPORT, "alerts", actor=member().oid, result=f"{len(rows)} rows")
    word = _("alerts")
    return send_file(
        content, mimetype=TYPES[form], as_attachment=True, download_name=f"{word}-{day_of(today())}.{form}"
    )  # fmt: skip


def _columns() -> list[FileColumn]:
    zone = house().config.zone
    return [
        FileColumn(_("Alert"), lambda row: row.id),
        FileColumn(_("Account"), lambda row: row.account_name),
        FileColumn(_("Rule"), lambda row: row.rule_name),
        FileColumn(_("Said on"), lambda row: day_of(row.day)),
        FileColumn(_("Emotion"), lambda row: str(alert_words.value(row.emotion))),
        FileColumn(_("Text"), lambda row: row.text),
        FileColumn(_("Why"), lambda row: " · ".join(alert_words.reason(one) for one in row.because)),
        FileColumn(_("Raised on"), lambda row: row.raised_at.astimezone(zone).date()),
        FileColumn(_("State"), lambda row: str(alert_words.STATES[row.state.value])),
        FileColumn(_("Decided by"), lambda row: row.decided_by_name),
        FileColumn(_("Note"), lambda row: str(alert_words.NOTES.get(row.note, row.note))),
    ]
