"""Who may read which row of the simulated CRM: depth of the privilege, team, sharing, hierarchy.

A row is readable when one of these holds, as in Dataverse:
- the person's depth on its table reaches its owner: user (own rows), unit (rows of the own business unit),
  parent_child (of it and those below), organisation (all);
- a team of the person owns it;
- it is shared with the person or with a team of the person. The sales team of an opportunity is its access team:
  it is shared with whoever is in it;
- the owner stands below the person in the hierarchy of managers.
Without any privilege on a table (depth none) none of this helps.
"""

from collections.abc import Callable
from enum import IntEnum

from simulator import identity
from simulator.app_roles import app_roles
from simulator.dataverse.divisions import Divisions
from simulator.dataverse.schema import Ref, Row, tables
from simulator.world import World


class Depth(IntEnum):
    NONE = 0
    USER = 1
    UNIT = 2
    PARENT_CHILD = 3
    ORGANISATION = 4


# Tables whose rows belong to somebody and that people read by their own rights; all others everybody reads.
GUARDED = ("account", "contact", "lead", "opportunity")
_SELLER = {"account": Depth.UNIT, "contact": Depth.UNIT, "lead": Depth.USER, "opportunity": Depth.USER}
_OVERSEES = frozenset({"sales_manager", "sales_admin", "customer_success"})
# Managers of managers; a ring of them ends.
_DEEPEST_HIERARCHY = 10


class Rights:
    """The rights of everybody in one CRM; `Crm.rights`. Principals are named by GUID.

    acts_for_others  whether the application user has prvActOnBehalfOfAnotherUser (role Delegate)
    """

    def __init__(self, world: World, divisions: Divisions, on_sales_team: Callable[[str, str], bool]) -> None:
        """on_sales_team: whether, of an opportunity and a systemuser, one is in the other's sales team now"""
        self.acts_for_others = True
        self._divisions, self._on_sales_team = divisions, on_sales_team
        self._managers: dict[str, str] = {}
        self._depths: dict[str, dict[str, Depth]] = {}
        self._teams: dict[str, set[str]] = {}
        self._shared: dict[Ref, set[str]] = {}
        for person_id, roles in app_roles(world):
            if _OVERSEES & set(roles):
                self._depths[identity.system_user(person_id)] = dict.fromkeys(GUARDED, Depth.ORGANISATION)
            elif "seller" not in roles:
                self._depths[identity.system_user(person_id)] = dict.fromkeys(GUARDED, Depth.NONE)

    # --- changing ------------------------------------------------------------------------------

    def set_depth(self, system_user: str, table: str, depth: Depth) -> None:
        """How far a person reads one table from now on."""
        if table not in GUARDED:
            raise ValueError(f"{table} is read by everybody; there are {', '.join(GUARDED)}")
        self._depths.setdefault(system_user, dict(_SELLER))[table] = depth

    def join_team(self, team: str, system_user: str) -> None:
        self._teams.setdefault(team, set()).add(system_user)

    def leave_team(self, team: str, system_user: str) -> None:
        self._teams.get(team, set()).discard(system_user)

    def share(self, table: str, guid: str, principal: str) -> None:
        """Let a person or a team read one row."""
        self._shared.setdefault(Ref(table, guid), set()).add(principal)

    def unshare(self, table: str, guid: str, principal: str) -> None:
        self._shared.get(Ref(table, guid), set()).discard(principal)

    def set_manager(self, system_user: str, manager: str | None) -> None:
        """Who reads a person's rows because of the hierarchy."""
        if manager:
            self._managers[system_user] = manager
        else:
            self._managers.pop(system_user, None)

    # --- asking --------------------------------------------------------------------------------

    def depth(self, system_user: str, table: str) -> Depth:
        if table not in GUARDED:
            return Depth.ORGANISATION
        return self._depths.get(system_user, _SELLER)[table]

    def may_read(self, system_user: str, table: str, row: Row) -> bool:
        """Whether a person may read a row."""
        depth = self.depth(system_user, table)
        if depth in (Depth.NONE, Depth.ORGANISATION):
            return depth is Depth.ORGANISATION
        guid, owner = str(row[tables()[table].key]), row.get("_ownerid_value")
        held = owner.guid if isinstance(owner, Ref) else ""
        return (
            held == system_user
            or self._is_near(depth, row, system_user)
            or system_user in self._teams.get(held, ())
            or self._is_shared(table, guid, system_user)
            or (table == "opportunity" and self._on_sales_team(guid, system_user))
            or self._stands_below(held, system_user)
        )

    def _is_near(self, depth: Depth, row: Row, system_user: str) -> bool:
        """Whether the depth reaches the business unit of a row."""
        own, unit = self._divisions.unit_of(system_user), row.get("_owningbusinessunit_value")
        is_below = depth is Depth.PARENT_CHILD and own.guid == self._divisions.root
        return depth >= Depth.UNIT and (unit == own or is_below)

    def _is_shared(self, table: str, guid: str, system_user: str) -> bool:
        with_whom = self._shared.get(Ref(table, guid), set())
        return system_user in with_whom or any(system_user in self._teams.get(one, ()) for one in with_whom)

    def _stands_below(self, owner: str, system_user: str) -> bool:
        above = self._managers.get(owner)
        for _ in range(_DEEPEST_HIERARCHY):
            if above is None or above == system_user:
                break
            above = self._managers.get(above)
        return above == system_user
