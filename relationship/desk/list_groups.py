"""Ask the directory which groups there are, so that some can be chosen.

It reads names only, before the rules allow to read anything else too: choosing is how they come to allow it.
Twice is harmless: names are kept by id.
"""

from contextlib import closing

from relationship.house import House
from relationship.sync.readers import groups
from relationship.sync.wire.connection import Microsoft, connect


def list_groups(house: House, *, microsoft: Microsoft | None = None) -> int:
    """Keep the names of all groups for `store.lists.choosing`; returns how many there are.

    microsoft  an open connection; None opens one
    raises     Unavailable without GroupMember.Read.All; TryLater, Reconnect, FixSettings as every reading
    """
    if microsoft is not None:
        return groups.read_names(house.store, microsoft.msgraph)
    with closing(connect(house.config)) as connection:
        return groups.read_names(house.store, connection.msgraph)
