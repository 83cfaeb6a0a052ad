"""All rules of one organisation."""

from relationship.health.rules import HealthRules
from settings.rules.actions import Actions
from settings.rules.customer_health import CustomerHealth
from settings.rules.exclusions import Exclusions
from settings.rules.form import Form
from settings.rules.health import HealthSection
from settings.rules.health_rights import HealthRights
from settings.rules.introductions import Introductions
from settings.rules.recommendations import Recommendations
from settings.rules.signals import Signals
from settings.rules.sources import Sources
from settings.rules.themes import Themes


class Rules(Form):
    """The document that a version keeps. Its sections are changed one at a time."""

    health: HealthSection = HealthSection()
    introductions: Introductions = Introductions()
    exclusions: Exclusions = Exclusions()
    sources: Sources = Sources()
    actions: Actions = Actions()
    customer_health: CustomerHealth = CustomerHealth()
    health_rights: HealthRights = HealthRights()
    recommendations: Recommendations = Recommendations()
    signals: Signals = Signals()
    themes: Themes = Themes()

    def rating_rules(self) -> HealthRules:
        """The part that the health room computes with."""
        return self.health.rules()
