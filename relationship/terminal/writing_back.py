"""The columns in Dynamics 365 as a person at a terminal makes, fills and removes them."""

import time
from contextlib import closing

from relationship.config import Config
from relationship.desk import write_back, write_moods
from relationship.errors import FixSettings, RelationshipError, TryLater
from relationship.house import House, open_house
from relationship.store.crm import mood_write_back
from relationship.store.crm import write_back as store
from relationship.store.lease import lease
from relationship.sync.outward import crm_columns
from relationship.sync.outward.crm_columns import InUseError
from relationship.sync.wire.connection import Microsoft, connect
from relationship.sync.wire.transport import Channel
from relationship.terminal.console import progress, stderr

EX_OK, EX_FAILED, EX_TEMPFAIL = 0, 1, 75

# Dynamics 365 knows a new column only after some seconds.
NEW_COLUMN_WAITS = (3.0, 10.0, 20.0)
# Requests in five minutes that Microsoft grants one application user; every row is one of them.
GRANTED, WINDOW_MINUTES = 6_000, 5
# Between two questions whether there is room again.
PATIENCE_SECONDS = 10.0


def provision(config: Config) -> int:
    """Make what is missing and say what exists; returns the exit code."""
    made = 0
    with closing(connect(config)) as microsoft:
        for step in crm_columns.provision(_channel(microsoft), config.crm_prefix):
            made += step.made and step.what != "publication"
            stderr.print(f"{'made  ' if step.made else 'exists'} {step.what}", soft_wrap=True)
    stderr.print(f"{made} made. Views, charts and flows may use the columns now (docs/add-in.md).", soft_wrap=True)
    if not config.crm_write:
        stderr.print("Nothing is written to them before RELATIONSHIP_CRM_WRITE is on.")
    return EX_OK


def remove(config: Config) -> int:
    """Take the columns away with their values; 1 when something uses them, and what that is."""
    with closing(connect(config)) as microsoft, open_house(config) as house, lease(house.store, write_back.LEASE):
        try:
            for step in crm_columns.remove(_channel(microsoft), config.crm_prefix):
                stderr.print(f"{'removed' if step.made else 'absent '} {step.what}", soft_wrap=True)
        except InUseError as error:
            for one in error.dependencies:
                stderr.print(f"{one.column} is used by {one.kind} {one.id}", soft_wrap=True)
            raise
        write_back.tell_all_again(house)
    if config.crm_write:
        stderr.print("Set RELATIONSHIP_CRM_WRITE to off: there is nothing to write to any more.")
    return EX_OK


def write(config: Config, *, everything: bool) -> int:
    """Write all that differs, waiting where Microsoft asks for it; 75 when something has to wait longer."""
    with open_house(config) as house, lease(house.store, write_back.LEASE), closing(connect(config)) as microsoft:
        if everything:
            write_back.tell_all_again(house)
        return write_all(house, _channel(microsoft))


def write_all(house: House, channel: Channel) -> int:
    """Turn after turn until nothing is left to tell; returns the exit code."""
    with house.store.reading() as conn:
        found = store.progress(conn)
    minutes = estimated_minutes(found.to_tell)
    stderr.print(
        f"{found.to_tell} of {found.total} records have to be told"
        + (f": at least {minutes} minutes at what Microsoft grants." if minutes > 1 else "."),
        soft_wrap=True,
    )
    waits, told, refused = list(NEW_COLUMN_WAITS), 0, 0
    with progress("Writing columns") as advance:

        def show(rows: int) -> None:
            nonlocal told
            told += rows
            advance(told, found.to_tell)

        while True:
            turn = write_back.turn(house, channel, progress=show)
            refused += turn.refused
            if turn.trouble is not None:
                time.sleep(_wait(turn.trouble, waits))
            elif turn.is_over:
                break
    told, refused = _moods(house, channel, waits, told, refused)
    stderr.print(f"{told} records told, {refused} not taken by the CRM.", soft_wrap=True)
    return EX_OK


def _moods(house: House, channel: Channel, waits: list[float], told: int, refused: int) -> tuple[int, int]:
    """The same for what customers say; returns how many were told and refused altogether."""
    while True:
        turn = write_moods.turn(house, channel)
        told, refused = told + turn.told, refused + turn.refused
        if turn.trouble is not None:
            time.sleep(_wait(turn.trouble, waits))
        elif turn.is_over:
            return told, refused


def estimated_minutes(rows: int) -> int:
    """How long so many rows take at least: what Microsoft grants, less the tenth that is left to others.

    >>> estimated_minutes(100_000)
    93
    """
    return round(rows * WINDOW_MINUTES / (GRANTED * 0.9))


def keep_written(house: House, microsoft: Microsoft) -> None:
    """One turn for the scheduler; nothing while the write-back is off.

    raises  what kept it from being complete, once: a trouble that stays is shown on the pages, not told every turn
    """
    if not house.config.crm_write or microsoft.dataverse is None:
        return
    with lease(house.store, write_back.LEASE):
        with house.store.reading() as conn:
            known = {store.trouble(conn), mood_write_back.trouble(conn)}
        turns = (write_back.turn(house, microsoft.dataverse), write_moods.turn(house, microsoft.dataverse))
    for turn in turns:
        if turn.trouble is not None and turn.trouble.code not in known:
            raise turn.trouble


def _wait(trouble: RelationshipError, waits: list[float]) -> float:
    """The seconds after which to go on; the trouble itself when waiting does not help."""
    if isinstance(trouble, TryLater) and trouble.wait_seconds and trouble.code != "circuit_open":
        return min(trouble.wait_seconds, PATIENCE_SECONDS)
    if trouble.code == "columns_missing" and waits:
        return waits.pop(0)
    raise trouble


def _channel(microsoft: Microsoft) -> Channel:
    if microsoft.dataverse is None:
        raise FixSettings(
            "No environment of Dynamics 365 is configured.",
            next_step="Set RELATIONSHIP_DATAVERSE_URL (docs/connect.md, step 7).",
            code="no_dataverse",
        )
    return microsoft.dataverse
