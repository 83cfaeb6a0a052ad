"""Settings in words: weights, frequencies, limits, and every place of the rules by name."""

from flask_babel import lazy_gettext as _l

from relationship.health.rules import Frequency
from settings.rules import HealthSection
from web.formats import number
from web.ratings.explaining import FREQUENCIES
from web.texts import _

RECORD_KINDS = {
    "opportunity": _l("Opportunity"),
    "account": _l("Account"),
    "contact": _l("Contact"),
    "lead": _l("Lead"),
}
# The steps of a weight, from 3 to 9.
WEIGHTS = {
    3: _l("Low"),
    4: _l("Fairly low"),
    5: _l("Slightly below medium"),
    6: _l("Medium"),
    7: _l("Slightly above medium"),
    8: _l("Fairly high"),
    9: _l("High"),
}
# What a weight means to a reader who may not change it.
IMPORTANCE = {
    3: _l("counts half as much as usual"),
    4: _l("counts a third less than usual"),
    5: _l("counts a little less than usual"),
    6: _l("counts as usual"),
    7: _l("counts a little more than usual"),
    8: _l("counts a third more than usual"),
    9: _l("counts half as much again"),
}
FAULTS = {
    "weight_range": _l("A weight is a whole number from 3 to 9."),
    "band_range": _l("A limit is a whole number from 0 to 100."),
    "band_order": _l("The minimum of Fair must lie above 0 and below the minimum of Good."),
    "band_gap": _l("A band ends on the number before the next one begins. Change only one of the two."),
    "frequency_unknown": _l("Choose one of the five frequencies."),
    "override_unknown": _l("An exception is for a team, a segment or a record of the CRM. Choose it from the list."),
}


def frequency(code: int) -> str:
    """A frequency as it stands in a list of choices: "Once a week"."""
    text = str(FREQUENCIES[Frequency(code)])
    return text[:1].upper() + text[1:]


def bands(section: HealthSection) -> tuple[tuple[str, int, int], ...]:
    """Name, minimum and maximum of the three bands, the best first."""
    limits = section.bands
    return (("good", limits.good, 100), ("fair", limits.fair, limits.good - 1), ("poor", 0, limits.fair - 1))


def range_of(low: int, high: int) -> str:
    return _("%(low)s to %(high)s", low=number(low), high=number(high))
