"""Whom the simulated sign-in page offers, and with which roles."""

from collections import Counter
from dataclasses import dataclass

from simulator.directory import User
from simulator.organisation import Organisation

# The app roles of the product, in the order in which people get one when the world names nobody.
ROLES = ("seller", "seller", "sales_manager", "sales_admin", "customer_success", "privacy_officer")


@dataclass(frozen=True, slots=True)
class Choice:
    user: User
    roles: tuple[str, ...]


def choices(organisation: Organisation) -> list[Choice]:
    """A handful of enabled people: those the world names, else the busiest owners, one role each."""
    world = organisation.world
    if world.sign_in:
        named = [(entry.person_id, entry.roles) for entry in world.sign_in]
    else:
        owned = Counter(opportunity.owner_id for opportunity in world.opportunities)
        colleagues = [p.id for p in world.people if p.is_colleague and p.job_title != "mailbox"]
        colleagues.sort(key=lambda person_id: (-owned[person_id], person_id))
        named = [(person_id, (role,)) for person_id, role in zip(colleagues, ROLES, strict=False)]
    found = [(organisation.directory.find(person_id), roles) for person_id, roles in named]
    return [Choice(user, roles) for user, roles in found if user is not None and user.enabled]
