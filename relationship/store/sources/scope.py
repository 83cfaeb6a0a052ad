"""Whose sources are read: everybody's or those of the members of some groups, never those of excluded colleagues."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import rules, tables
from relationship.store.chunks import in_chunks
from relationship.store.crm import colleagues
from relationship.store.crm.record_tables import Colleague
from relationship.store.privacy import exclusions
from relationship.store.privacy.exclusion_tables import DirectoryGroup, GroupMember
from relationship.store.reading.reading_status import KINDS, PERSONAL
from relationship.store.upsert import insert_new, upsert
from settings.rules import Rules

_group = tables.table(DirectoryGroup)
_member = tables.table(GroupMember)
_source = tables.table(tables.Source)
_colleague = tables.table(Colleague)


def readable_users(conn: Connection) -> list[str]:
    """The directory users whose mailbox may be read under the rules in force, in a fixed order."""
    _version, present = rules.current(conn)
    if not present.sources.may_read:
        return []
    outside = exclusions.colleague_keys(conn, present.exclusions)
    inside = None if present.sources.everyone else members(conn, present.sources.groups)
    return [key for key in colleagues.mailbox_keys(conn) if key not in outside and (inside is None or key in inside)]


def left_sources(conn: Connection) -> list[int]:
    """The ids of sources of colleagues that are excluded or have left the scope.

    Who left the directory altogether left its groups by that: what was read of them stays. While nothing may be
    read at all, nothing is taken for left.
    """
    _version, present = rules.current(conn)
    if not present.sources.may_read:
        return []
    outside = exclusions.colleague_keys(conn, present.exclusions)
    inside = None if present.sources.everyone else members(conn, present.sources.groups)
    here = set(conn.scalars(sa.select(_colleague.c.key).where(_colleague.c.in_directory)))
    prefixes = [KINDS[kind] for kind in PERSONAL]
    found = []
    for source_id, key in conn.execute(sa.select(_source.c.id, _source.c.key).order_by(_source.c.id)):
        owner = next((key.removeprefix(prefix) for prefix in prefixes if key.startswith(prefix)), None)
        if owner is None:
            continue
        if owner in outside or (inside is not None and owner in here and owner not in inside):
            found.append(source_id)
    return found


def wanted_groups(present: Rules) -> tuple[str, ...]:
    """The groups whose members must be known for these rules."""
    scope = () if present.sources.everyone else present.sources.groups
    return tuple(sorted({*scope, *present.exclusions.groups}))


def members(conn: Connection, group_ids: Sequence[str]) -> set[str]:
    """The keys of colleagues in any of these groups."""
    found: set[str] = set()
    for chunk in in_chunks(group_ids):
        found |= set(conn.scalars(sa.select(_member.c.member).where(_member.c.group_id.in_(chunk))))
    return found


def unread_groups(conn: Connection, group_ids: Sequence[str]) -> list[str]:
    """Those of these groups whose members were never read."""
    known = set(conn.scalars(sa.select(_group.c.group_id).where(_group.c.members_read)))
    return [group_id for group_id in group_ids if group_id not in known]


def set_members(conn: Connection, group_id: str, keys: set[str]) -> int:
    """Keep who is in a group now; returns how many rows were written."""
    present = members(conn, [group_id])
    written = 0
    for chunk in in_chunks(sorted(present - keys)):
        gone = sa.delete(_member).where(_member.c.group_id == group_id, _member.c.member.in_(chunk))
        written += conn.execute(gone).rowcount
    rows = [{"group_id": group_id, "member": key} for key in sorted(keys - present)]
    written += insert_new(conn, GroupMember, rows, key=["group_id", "member"])
    row = {"group_id": group_id, "members_read": True}
    return written + upsert(conn, DirectoryGroup, [row], key=["group_id"])


def set_groups(conn: Connection, names: dict[str, str]) -> int:
    """Keep the names of all groups of the directory; one that is gone stays while its members are known."""
    known = set(conn.scalars(sa.select(_group.c.group_id).where(~_group.c.members_read)))
    written = 0
    for chunk in in_chunks(sorted(known - names.keys())):
        written += conn.execute(sa.delete(_group).where(_group.c.group_id.in_(chunk))).rowcount
    rows = [{"group_id": group_id, "name": name} for group_id, name in sorted(names.items())]
    return written + upsert(conn, DirectoryGroup, rows, key=["group_id"])


def forget_groups(conn: Connection, kept: Sequence[str]) -> int:
    """Forget the members of groups that no rule names any more."""
    present = set(conn.scalars(sa.select(_member.c.group_id).distinct()))
    present |= set(conn.scalars(sa.select(_group.c.group_id).where(_group.c.members_read)))
    written = 0
    for chunk in in_chunks(sorted(present - set(kept))):
        written += conn.execute(sa.delete(_member).where(_member.c.group_id.in_(chunk))).rowcount
        conn.execute(sa.update(_group).where(_group.c.group_id.in_(chunk)).values(members_read=False))
    return written
