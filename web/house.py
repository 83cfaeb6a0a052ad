"""What the pages need of the house, and how a view reaches it."""

from typing import Protocol

from flask import current_app

from relationship.clock import Clock, day_number
from relationship.config import Config
from relationship.store.database import Store


class House(Protocol):
    """Configuration, store and clock of one deployment."""

    @property
    def config(self) -> Config: ...

    @property
    def store(self) -> Store: ...

    @property
    def clock(self) -> Clock: ...


def house() -> House:
    """The house of the running application."""
    found: House = current_app.extensions["house"]
    return found


def today() -> int:
    """The current day number in the organisation's time zone."""
    return day_number(house().clock(), house().config.zone)
