"""How an organisation divides itself in the CRM: business units of its colleagues, segments of its accounts."""

from collections.abc import Mapping

from simulator import identity
from simulator.dataverse.schema import FIRST_OWN_CHOICE, Ref
from simulator.world import World


class Divisions:
    """root: GUID of the business unit that is the organisation itself; segments: labels by choice value."""

    def __init__(self, world: World) -> None:
        domain = world.organisation_domain
        self.root = identity.business_unit(domain)
        self._unit_names = {self.root: world.name}
        self._unit_of: dict[str, str] = {}
        for unit in world.business_units:
            guid = identity.business_unit(domain, unit.name)
            self._unit_names[guid] = unit.name
            self._unit_of |= dict.fromkeys(map(identity.system_user, unit.person_ids), guid)
        named = sorted({account.segment for account in world.accounts if account.segment})
        self.segments: Mapping[int, str] = dict(enumerate(named, FIRST_OWN_CHOICE))
        self._codes = {name: code for code, name in self.segments.items()}

    def unit_of(self, system_user: str) -> Ref:
        """The business unit of a colleague, and so of what he or she owns."""
        return Ref("businessunit", self._unit_of.get(system_user, self.root))

    def unit_name(self, guid: str) -> str | None:
        return self._unit_names.get(guid)

    def code_of(self, segment: str) -> int:
        """The choice that stands for a segment; KeyError when no account of the world is in it."""
        return self._codes[segment]
