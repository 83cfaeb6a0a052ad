"""Who may read which record: the one rule that every page and call asks. Pure; the SQL is in the store.

In doubt nothing is shown, and a record outside the scope answers like one that does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from relationship.store.reading_scope import Reach, Scope


class AppRole(StrEnum):
    """The app roles of the Entra registration, as they arrive in the claim `roles`."""

    SELLER = "seller"
    SALES_MANAGER = "sales_manager"
    SALES_ADMIN = "sales_admin"
    CUSTOMER_SUCCESS = "customer_success"
    PRIVACY_OFFICER = "privacy_officer"


READS_EVERYTHING = frozenset({AppRole.SALES_MANAGER, AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS})
# Who looks after the sources: their state and whose mailbox it is, never what lies in it.
SEES_SOURCES = frozenset({AppRole.SALES_MANAGER, AppRole.SALES_ADMIN, AppRole.PRIVACY_OFFICER})


@dataclass(frozen=True, slots=True)
class Reader:
    """oid: the Entra object id, which is the key of the colleague; roles: those of the token that we know."""

    oid: str
    roles: frozenset[AppRole]


def known_roles(names: Iterable[str]) -> frozenset[AppRole]:
    """The roles among the names of a token; unknown names give no right and are left out.

    >>> sorted(known_roles(["seller", "Owner", "SELLER"]))
    [<AppRole.SELLER: 'seller'>]
    """
    known = {role.value for role in AppRole}
    return frozenset(AppRole(name) for name in names if name in known)


def readable(reader: Reader) -> Scope:
    """Which records the reader may see.

    Managers, admins and customer success see all; a privacy officer, and whoever has no role, none. Several roles
    add up. A seller sees, of each kind, what they own in the CRM and besides
    - opportunities in whose sales team they are;
    - accounts of the opportunities that they may see;
    - contacts who stand on an opportunity that they may see (its contact, a stakeholder), who belong to an account
      that they may see, or are its primary contact;
    - leads: nothing besides.

    >>> readable(Reader("oid-1", frozenset({AppRole.SELLER}))).reach
    <Reach.OWN: 'own'>
    """
    if not reader.oid:
        return Scope(Reach.NOTHING)
    if reader.roles & READS_EVERYTHING:
        return Scope(Reach.EVERYTHING, reader.oid)
    if AppRole.SELLER in reader.roles:
        return Scope(Reach.OWN, reader.oid)
    return Scope(Reach.NOTHING)


def may_see_sources(reader: Reader) -> bool:
    """Whether the reader may see how every mailbox and table is doing.

    >>> may_see_sources(Reader("oid-1", frozenset({AppRole.SELLER})))
    False
    """
    return bool(reader.oid and reader.roles & SEES_SOURCES)
