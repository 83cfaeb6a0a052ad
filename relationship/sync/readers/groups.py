"""The members of the directory groups that the rules name, read whole in every cycle.

What if it runs twice: members are keyed. What if it dies half-way: each group is kept in a transaction of its
own. What if Microsoft says no, or a group is not there any more: who was known as its member stays one, and the
source says that it is degraded.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from relationship.errors import BadItem, RelationshipError, TryLater, Unavailable
from relationship.store.database import Store
from relationship.store.sources import scope
from relationship.sync.readers.delta import Round, page_transaction
from relationship.sync.shapes import msgraph
from relationship.sync.shapes.texts import clean
from relationship.sync.wire.faults import NOT_FOUND
from relationship.sync.wire.transport import Channel

SOURCE_KEY = "directory/groups"
SCOPE = "directory"
MOST_PAGES = 10_000


def read_members(store: Store, channel: Channel, group_ids: Sequence[str], progress: Callable[[int], None]) -> Round:
    """Bring the members of these groups up to date, and forget those of others.

    raises  the first failure of a group, after all were tried
    """
    done, failure = Round(), None
    with page_transaction(store) as conn:
        written = scope.forget_groups(conn, group_ids)
    for group_id in group_ids:
        try:
            rows = list(_rows(channel, msgraph.group_members_link(channel.base_url, group_id)))
        except RelationshipError as error:
            failure = failure or _told(error)
            continue
        with page_transaction(store) as conn:
            written += scope.set_members(conn, group_id, {one for one in map(_id, rows) if one})
        progress(len(rows))
        done = Round(done.pages + 1, done.rows + len(rows), written)
    if failure is not None:
        raise failure
    return done


def read_names(store: Store, channel: Channel) -> int:
    """Keep the names of all groups, so that they can be chosen; returns how many there are."""
    try:
        rows = list(_rows(channel, msgraph.groups_link(channel.base_url)))
    except RelationshipError as error:
        raise _told(error) from error
    names = {group_id: clean(row.get("displayName")) for row in rows if (group_id := _id(row))}
    with store.transaction() as conn:
        scope.set_groups(conn, names)
    return len(names)


def _rows(channel: Channel, link: str) -> Iterator[Any]:
    following: str | None = link
    for _ in range(MOST_PAGES):
        if following is None:
            return
        page = channel.fetch(following, scope=SCOPE, headers=msgraph.ADVANCED_QUERY)
        yield from page["value"]
        following = page.get("@odata.nextLink")
    raise TryLater(
        "A list of the directory does not end.",
        next_step="Nothing to do: the next run reads it again.",
        code="endless_list",
    )


def _id(row: object) -> str | None:
    try:
        return msgraph.item_id(row)
    except BadItem:
        return None


def _told(error: RelationshipError) -> RelationshipError:
    if error.code in (NOT_FOUND, "no_mailbox"):  # a thing of the directory that is not there, in either wording
        return TryLater(
            "A group that the rules name is not in the directory any more; whoever was its member stays one.",
            next_step="Choose another group under Settings > Sources and privacy.",
            code="group_gone",
        )
    if isinstance(error, Unavailable):
        return Unavailable(
            "We are not allowed to read groups and their members.",
            next_step="Grant the application GroupMember.Read.All, or choose no groups under Settings > Sources and "
            "privacy.",
            code="no_permission",
        )
    return error
