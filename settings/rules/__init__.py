"""The organisation's rules: one document, its validation and its JSON form. Pure.

Everyone else receives the value as an argument. Stored as a JSON body, one row per version
(`relationship/store/rules.py`). Read `document.py` first; each section has a file of its own.
"""

from settings.rules.actions import Actions
from settings.rules.customer_health import CustomerHealth
from settings.rules.document import Rules
from settings.rules.exclusions import Exclusions
from settings.rules.health import BandsForm, HealthSection, Overrides, WeightsForm
from settings.rules.health_rights import HealthRight, HealthRights
from settings.rules.introductions import Introductions, Template
from settings.rules.signals import Signals
from settings.rules.sources import Feedback, Sources
from settings.rules.themes import OwnTheme, OwnWords, Themes

__all__ = [
    "Actions",
    "BandsForm",
    "CustomerHealth",
    "Exclusions",
    "Feedback",
    "HealthRight",
    "HealthRights",
    "HealthSection",
    "Introductions",
    "Overrides",
    "OwnTheme",
    "OwnWords",
    "Rules",
    "Signals",
    "Sources",
    "Template",
    "Themes",
    "WeightsForm",
]
