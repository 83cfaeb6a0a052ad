"""Whose mailboxes are read, as an administrator at a terminal sets it; and a source read again."""

from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table

from relationship.config import Config
from relationship.desk.change_rules import change_rules
from relationship.desk.list_groups import list_groups
from relationship.errors import FixSettings
from relationship.house import House, open_house
from relationship.store import rules
from relationship.store.lists import choosing
from relationship.store.sources import scope
from relationship.store.sources.read_again import read_again
from relationship.terminal.console import stderr
from settings.rules import Rules, Sources

BY = "command line"
MOST_LISTED = 1_000


def set_scope(config: Config, *, everyone: bool, group_ids: Sequence[str], consulted_on: date | None) -> None:
    """Save what was named, leave the rest as it is, and say what holds now."""
    with open_house(config) as house:
        with house.store.reading() as conn:
            version, present = rules.current(conn)
        wanted = _changed(present, everyone=everyone, group_ids=group_ids, consulted_on=consulted_on)
        if wanted != present:
            change_rules(house, wanted, expected_version=version, by=BY, by_name=BY)
        _say(house, wanted.sources)


def print_groups(config: Config, text: str) -> None:
    """The groups of the directory whose name holds the text, with their ids, asked for now."""
    table = Table("Group", "Id", box=None)
    with open_house(config) as house:
        list_groups(house)
        with house.store.reading() as conn:
            for choice in choosing.choices(conn, "group", text, MOST_LISTED):
                table.add_row(choice.name, choice.key)
    Console(highlight=False).print(table)


def read_source_again(config: Config, key: str) -> None:
    """Let the next sync read one source whole."""
    with open_house(config) as house, house.store.transaction() as conn:
        if not read_again(conn, key):
            raise FixSettings(
                "There is no source with this key.",
                next_step="`relationship status` shows the keys, like mailbox/<user id>.",
                code="unknown_source",
            )
    stderr.print("The next sync reads it from the start; until then what is kept of it stays.")


def _changed(present: Rules, *, everyone: bool, group_ids: Sequence[str], consulted_on: date | None) -> Rules:
    values = present.sources.model_dump()
    if everyone:
        values |= {"everyone": True, "groups": ()}
    elif group_ids:
        values |= {"everyone": False, "groups": tuple(sorted(set(group_ids)))}
    if consulted_on is not None:
        values["consulted_on"] = consulted_on
    return present.model_copy(update={"sources": Sources.model_validate(values)})


def _say(house: House, sources: Sources) -> None:
    with house.store.reading() as conn:
        known = len(scope.readable_users(conn))
    whose = "everybody" if sources.everyone else f"{len(sources.groups)} groups" if sources.groups else "nobody"
    when = f"consulted on {sources.consulted_on}" if sources.consulted_on else "no date of the consultation yet"
    state = f"on ({known} mailboxes known so far)" if sources.may_read else "off"
    stderr.print(f"Scope: {whose}; {when}. Reading is {state}.", soft_wrap=True)
