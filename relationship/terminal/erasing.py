"""Erasing a person, as somebody at a terminal does it."""

from relationship.config import Config
from relationship.desk.erase import erase, let_in_again
from relationship.desk.rate import rate_all
from relationship.desk.tie import tie_all
from relationship.house import open_house
from relationship.store.lease import lease
from relationship.terminal.console import stderr

BY = "command line"


def erase_person(config: Config, name: str) -> None:
    """Erase, bring ratings and ties up to date, and say what went; never who."""
    with open_house(config) as house, lease(house.store, "sync"):
        found = erase(house, name, by=BY)
        rate_all(house)
        tie_all(house)
    counts = ", ".join(f"{count} {noun}" for noun, count in found.gone.items() if count) or "nothing else"
    stderr.print(
        f"Erased: {found.written} rows of activities and copies, {counts}. {found.names} names are kept as hashes, so "
        f"that the person does not come back. Number in the audit log: {found.erasure}.",
        soft_wrap=True,
    )


def let_person_in(config: Config, name: str) -> None:
    """Take an erasure back: what Microsoft still holds is read anew by the next sync."""
    with open_house(config) as house:
        names = let_in_again(house, name, by=BY)
    stderr.print(
        f"{names} names may come back; the next sync reads every source anew."
        if names
        else "Nobody with this name was erased.",
        soft_wrap=True,
    )
