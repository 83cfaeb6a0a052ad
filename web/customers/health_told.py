"""The health fields of one account as its page and the API tell them, and what the reader may change of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.access import HealthRight
from relationship.desk.type_health import version_of
from relationship.signals.health_fields import FIELDS, HealthFields, Stand, in_force, stands
from relationship.store import rules
from relationship.store.customers import account_health
from relationship.store.customers.account_health import HealthValue
from settings.rules import CustomerHealth
from settings.rules.health_rights import right_to_write
from web.identity.members import member


@dataclass(frozen=True, slots=True)
class HealthTold:
    """found: in force; told: what each source tells, by (field, source); version: of the fields, for whoever edits."""

    found: HealthFields
    told: Mapping[tuple[str, str], HealthValue]
    section: CustomerHealth
    version: int

    @property
    def said(self) -> dict[str, Stand]:
        """What each source says, with what follows from its score."""
        values = {key: one.value for key, one in self.told.items() if one.value is not None}
        return stands(values, limits=self.section.limits(), precedence=self.section.precedence)

    @property
    def is_told(self) -> bool:
        """Whether any field has a value."""
        return bool(self.found.score_source or self.found.status_source or self.found.churn_source)

    def sources(self, field: str) -> frozenset[str]:
        """The sources that tell this field."""
        return frozenset(source for name, source in self.told if name == field)

    def may_set(self, field: str) -> bool:
        """Whether the reader may type a value over what is told."""
        return member().may(right_to_write(self.sources(field)))

    def may_clear(self, field: str) -> bool:
        return (field, account_health.TYPED) in self.told and member().may(HealthRight.EDIT)


def health_told(conn: Connection, account_id: int) -> HealthTold:
    _version, present = rules.current(conn)
    section = present.customer_health
    told = account_health.present(conn, account_ids=[account_id]).get(account_id, {})
    values = {key: one.value for key, one in told.items() if one.value is not None}
    found = in_force(values, limits=section.limits(), precedence=section.precedence)
    return HealthTold(found, told, section, version_of(conn, account_id))


def head(conn: Connection, account_id: int) -> dict[str, HealthTold]:
    """What stands above the tabs of an account, for whoever may see the fields."""
    return {"health_head": health_told(conn, account_id)} if member().may(HealthRight.LIST) else {}


def as_text(field: str, value: int | str | bool | None) -> str | None:
    """A value as the store keeps it.

    >>> as_text("churn", True), as_text("score", "062"), as_text("status", None)
    ('true', '62', None)
    """
    if value is None:
        return None
    if field == "score":
        return str(int(value))
    return str(value).lower() if field == "churn" else str(value)


def changes_allowed(told: HealthTold, values: Mapping[str, str | None]) -> bool:
    """Whether the reader may make all of these changes; a value that is typed already is none."""
    typed = {field: one.value for (field, source), one in told.told.items() if source == account_health.TYPED}
    for field in FIELDS:
        if field not in values or values[field] == typed.get(field):
            continue
        if not (told.may_set(field) if values[field] is not None else told.may_clear(field)):
            return False
    return True
