"""The words for ties and paths: strength, coarse facts, and why a colleague is named."""

from datetime import date

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from relationship.activities import RecordKind
from relationship.graph.reasons import Reason
from relationship.graph.ties import TieWord
from relationship.graph.visibility import CountBand
from relationship.knowing import Way
from web.texts import _

STRENGTHS = {
    TieWord.STRONG: _lp("tie", "Strong"),
    TieWord.MEDIUM: _lp("tie", "Medium"),
    TieWord.WEAK: _lp("tie", "Weak"),
}
# How many of the three bars of the meter are full.
BARS = {TieWord.STRONG: 3, TieWord.MEDIUM: 2, TieWord.WEAK: 1}
BANDS = {
    CountBand.UNDER_5: _l("fewer than 5 days of contact in 90 days"),
    CountBand.FROM_5_TO_19: _l("5 to 19 days of contact in 90 days"),
    CountBand.FROM_20: _l("20 days of contact or more in 90 days"),
}
KINDS = {
    RecordKind.CONTACT: _l("Contact"),
    RecordKind.LEAD: _l("Lead"),
    RecordKind.ACCOUNT: _l("Account"),
    RecordKind.OPPORTUNITY: _l("Opportunity"),
}
KIND_ICONS = {
    RecordKind.CONTACT: "person",
    RecordKind.LEAD: "person_add",
    RecordKind.ACCOUNT: "building",
    RecordKind.OPPORTUNITY: "money",
}


def month(year_and_month: tuple[int, int]) -> str:
    """A month in words: "juin 2026"."""
    return str(format_skeleton("yMMMM", date(*year_and_month, 1), locale=get_locale()))


def why(way: Way) -> list[str]:
    """Why this colleague is named, in the order in which the reasons are told."""
    first, last = way.colleagues[0].name, way.colleagues[-1].name
    contact = way.person.name
    told = {
        Reason.ONLY_ONE: lambda: _("The only known way to %(contact)s.", contact=contact),
        Reason.CLOSEST_TO_TARGET: lambda: _("Closest to %(contact)s of those listed here.", contact=contact),
        Reason.CLOSEST_TO_SELLER: lambda: _("The one of these colleagues you are closest to."),
        Reason.HANDS_ON: lambda: _(
            "%(first)s does not know %(contact)s, but can ask %(last)s.", first=first, contact=contact, last=last
        ),
        Reason.NO_TIE_YET: lambda: _("You have had no contact with %(first)s yet; one may always ask.", first=first),
        Reason.BUSY: lambda: _("Several requests are open there at the moment, so this colleague is listed last."),
    }
    return [told[reason]() for reason in way.reasons]
