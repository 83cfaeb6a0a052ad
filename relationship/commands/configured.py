"""The configuration that a command runs with."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relationship.config import Config


def configured() -> "Config":
    """What the environment says; raises FixSettings."""
    from relationship.config import load_config

    return load_config()
