"""The words of the key figures: what each is called and how it is defined, and how durations are written."""

from flask_babel import lazy_gettext as _l

from web import formats
from web.texts import _

MINUTES_OF_AN_HOUR = 60
# Waits are told in hours up to two days, then in days.
HOURS_TOLD_AS_HOURS = 48

DEFINITIONS = {
    "traffic": _l(
        "Activities of the last 90 days that count for this record. Sent: written by us, invited by us, called by us. "
        "Received: begun by the customer. Each activity counts once."
    ),
    "ratio": _l("E-mails sent for each e-mail received, in the last 90 days."),
    "ours": _l(
        "Time of all of us in the last 90 days: 5 minutes for each e-mail written, 2.5 for each one read, the length "
        "of each meeting times the colleagues on it, the length of each answered call."
    ),
    "with_them": _l(
        "Length of the meetings and answered calls of the last 90 days, once each, however many people were there."
    ),
    "wait": _l(
        "Median time until an e-mail was answered, nights and weekends included. An answer is the first later e-mail, "
        "within 14 days, from somebody the e-mail was addressed to and back to its writer. Looks at the latest 300 "
        "e-mails of the last 90 days."
    ),
    "rate": _l(
        "Answered e-mails of those that were answered or whose 14 days are over; the others are still waiting. A "
        "closing “Thank you” without an answer counts as unanswered."
    ),
    "latest": _l("The latest activity that took place, with the side whose act it was, and the next one planned."),
    "most": _l(
        "The three people of the customer with most e-mails, meetings and calls in the last 90 days. An activity with "
        "two people counts for both."
    ),
    "by": _l(
        "Up to three colleagues with most days of contact with these people in the last 90 days, in bands and months: "
        "exact figures of colleagues are shown to nobody but themselves."
    ),
    "daily": _l("Activities that took place, by day and kind; a meeting or call counts once."),
    "neglected": _l(
        "People of this record with whom none of us had contact for longer than the expected frequency allows: working "
        "days of silence, each 7/5 of a day, against the expected days between two contacts."
    ),
    "breadth": _l(
        "How many of the known people had contact with any of us within twice the expected days between two contacts."
    ),
    "similar": _l(
        "Activities in 30 days, measured over the last 90 days before closing (this one: until today), at least 14. "
        "Beside it the median of up to 100 similar opportunities that were won, and of as many that were lost: same "
        "segment, same currency, half to twice the value. Shown from 30 won and 30 lost."
    ),
}


def duration(minutes: float) -> str:
    """Minutes as hours and minutes, rounded to the minute."""
    hours, rest = divmod(round(minutes), MINUTES_OF_AN_HOUR)
    if not hours:
        return _("%(minutes)s min", minutes=formats.number(rest))
    if not rest:
        return _("%(hours)s h", hours=formats.number(hours))
    return _("%(hours)s h %(minutes)s min", hours=formats.number(hours), minutes=formats.number(rest))


def wait(hours: float) -> str:
    """A time to an answer: in minutes, hours or days, whichever reads best."""
    if hours < 1:
        return _("%(minutes)s min", minutes=formats.number(hours * MINUTES_OF_AN_HOUR))
    if hours < HOURS_TOLD_AS_HOURS:
        return _("%(hours)s h", hours=formats.number(hours, 1))
    return _("%(days)s days", days=formats.number(hours / 24, 1))
