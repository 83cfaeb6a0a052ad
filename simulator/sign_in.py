"""Whom the simulated sign-in page offers, and with which roles."""

from dataclasses import dataclass

from simulator.app_roles import app_roles
from simulator.directory import User
from simulator.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Choice:
    user: User
    roles: tuple[str, ...]


def choices(organisation: Organisation) -> list[Choice]:
    """A handful of enabled people, each with the roles that the token will carry."""
    found = [(organisation.directory.find(person_id), roles) for person_id, roles in app_roles(organisation.world)]
    return [Choice(user, roles) for user, roles in found if user is not None and user.enabled]
