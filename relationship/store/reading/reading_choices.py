"""The names of what the rules hold by key: colleagues, groups, contacts or leads, accounts."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague
from relationship.store.lists.choosing import Choice
from relationship.store.privacy.exclusion_tables import DirectoryGroup, GroupMember
from relationship.store.reading import reading_names

_colleague = tables.table(Colleague)
_group = tables.table(DirectoryGroup)
_member = tables.table(GroupMember)


def colleagues(conn: Connection, keys: Sequence[str]) -> dict[str, Choice]:
    """Those of these colleagues that we know."""
    name = sa.func.coalesce(sa.func.nullif(_colleague.c.name, ""), _colleague.c.crm_name)
    found: dict[str, Choice] = {}
    for chunk in in_chunks(list(keys)):
        query = sa.select(_colleague.c.key, name).where(_colleague.c.key.in_(chunk))
        found |= {key: Choice(key, called or "") for key, called in conn.execute(query)}
    return found


def groups(conn: Connection, keys: Sequence[str]) -> dict[str, Choice]:
    """Those of these groups that the directory told us of; detail: how many members are known, '' if never read."""
    counted = sa.select(_member.c.group_id, sa.func.count().label("size")).group_by(_member.c.group_id).subquery()
    found: dict[str, Choice] = {}
    for chunk in in_chunks(list(keys)):
        query = (
            sa.select(_group.c.group_id, _group.c.name, _group.c.members_read, sa.func.coalesce(counted.c.size, 0))
            .outerjoin(counted, counted.c.group_id == _group.c.group_id)
            .where(_group.c.group_id.in_(chunk))
        )
        for key, name, is_read, size in conn.execute(query):
            found[key] = Choice(key, name, str(size) if is_read else "")
    return found


def people(conn: Connection, guids: Sequence[str]) -> dict[str, Choice]:
    """Those of these contacts and leads that the CRM has, with their account."""
    keys = [f"{kind}:{guid}" for guid in guids for kind in ("contact", "lead")]
    return _records(conn, keys)


def accounts(conn: Connection, guids: Sequence[str]) -> dict[str, Choice]:
    """Those of these accounts that the CRM has."""
    return _records(conn, [f"account:{guid}" for guid in guids])


def _records(conn: Connection, keys: Sequence[str]) -> dict[str, Choice]:
    found = reading_names.named(conn, keys)
    return {key.partition(":")[2]: Choice(key.partition(":")[2], one.name, one.account) for key, one in found.items()}
