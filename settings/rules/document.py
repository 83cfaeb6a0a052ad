"""All rules of one organisation."""

from relationship.health.rules import HealthRules
from settings.rules.actions import Actions
from settings.rules.exclusions import Exclusions
from settings.rules.form import Form
from settings.rules.health import HealthSection
from settings.rules.health_rights import HealthRights
from settings.rules.introductions import Introductions
from settings.rules.sources import Sources


class Rules(Form):
    """The document that a version keeps. Its sections are changed one at a time."""

    health: HealthSection = HealthSection()
    introductions: Introductions = Introductions()
    exclusions: Exclusions = Exclusions()
    sources: Sources = Sources()
    actions: Actions = Actions()
    health_rights: HealthRights = HealthRights()

    def rating_rules(self) -> HealthRules:
        """The part that the health room computes with."""
        return self.health.rules()
