"""How a view reaches the house: configuration, store and clock of one deployment."""

from flask import current_app

from relationship.clock import day_number
from relationship.house import House as House


def house() -> House:
    """The house of the running application."""
    found: House = current_app.extensions["house"]
    return found


def today() -> int:
    """The current day number in the organisation's time zone."""
    return day_number(house().clock(), house().config.zone)
