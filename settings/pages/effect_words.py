"""Why an opportunity changes its band, in one sentence."""

from flask_babel import lazy_gettext as _l

from settings.preview import NONE, Changed, Reason
from web.formats import signed
from web.texts import _, _n

WEIGHT_REASONS = {
    "email": _l("E-mails weigh differently: %(points)s."),
    "meeting": _l("Meetings weigh differently: %(points)s."),
    "call": _l("Calls weigh differently: %(points)s."),
    "task": _l("Tasks weigh differently: %(points)s."),
}


def why(row: Changed) -> str:
    """What moved an opportunity into another band, in one sentence."""
    reason = row.why
    points = _n("%(signed)s point", "%(signed)s points", abs(reason.points), signed=signed(reason.points))
    if reason.term is Reason.SWITCH:
        return _("Rating is switched off.") if row.after.band == NONE else _("Rating is switched on.")
    if reason.term is Reason.LIMITS:
        return _("The limit has moved.")
    if reason.term is Reason.FREQUENCY:
        return _("Another rhythm is expected: %(points)s.", points=points)
    if reason.term is Reason.LATENESS:
        return _("Silence weighs differently: %(points)s.", points=points)
    if reason.term is Reason.MUTUALITY:
        return _("The balance of both sides weighs differently: %(points)s.", points=points)
    if reason.kind is None:
        return _("The contacts weigh differently: %(points)s.", points=points)
    return str(WEIGHT_REASONS[reason.kind]) % {"points": points}
