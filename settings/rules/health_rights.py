"""Who sees the health fields of accounts, who fills in what is missing, and who changes what is there: three rights."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.rules.form import Form, refusal

Role = Literal["seller", "sales_manager", "sales_admin", "customer_success"]
ROLES: tuple[Role, ...] = ("seller", "sales_manager", "sales_admin", "customer_success")


class HealthRight(StrEnum):
    """LIST: see score, status and flag; ADD: give a field its first value; EDIT: change or clear one that is there."""

    LIST = "list"
    ADD = "add"
    EDIT = "edit"


def _in_order(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role in roles)


Roles = Annotated[tuple[Role, ...], Field(max_length=len(ROLES)), AfterValidator(_in_order)]


class HealthRights(Form):
    """The app roles that hold each right. Which accounts they concern, the CRM says.

    >>> HealthRights().holders(HealthRight.EDIT)
    ('sales_admin', 'customer_success')
    """

    may_list: Roles = ROLES
    may_add: Roles = ("sales_admin", "customer_success")
    may_edit: Roles = ("sales_admin", "customer_success")

    @model_validator(mode="after")
    def whoever_writes_sees(self) -> Self:
        if not {*self.may_add, *self.may_edit} <= {*self.may_list}:
            raise refusal("writes_unseen", "whoever may add or edit may list too")
        return self

    def holders(self, right: HealthRight) -> tuple[Role, ...]:
        found: tuple[Role, ...] = getattr(self, f"may_{right}")
        return found


def right_to_write(sources: set[str] | frozenset[str]) -> HealthRight:
    """What it takes to set a field of which these sources tell a value: the first word of somebody, or another one.
    What is only worked out by rule is nobody's word.

    >>> right_to_write({"computed"}), right_to_write({"computed", "crm"})
    (<HealthRight.ADD: 'add'>, <HealthRight.EDIT: 'edit'>)
    """
    return HealthRight.EDIT if sources - {"computed"} else HealthRight.ADD
