"""Type a health field of an account, clear what was typed, or go back to what was typed before.

All values of one act are written together with the fields that follow, the entry in the log of accesses and the
webhooks; whoever looked at an older version of the fields writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.desk import keep_health
from relationship.desk.keep_health import Why
from relationship.errors import Conflict
from relationship.house import House
from relationship.store.customers import account_health, health_in_force
from relationship.store.customers.account_health import FIELDS, TYPED, NewValue
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action

# Before anything was ever told of an account.
FIRST_VERSION = 0


@dataclass(frozen=True, slots=True)
class Typist:
    key: str
    name: str


def version_of(conn: Connection, account_id: int) -> int:
    """The version of an account's fields, which every change raises."""
    found = health_in_force.of(conn, [account_id]).get(account_id)
    return found.stamp if found else FIRST_VERSION


def type_fields(
    house: House, account_id: int, values: Mapping[str, str | None], *, expected_version: int, by: Typist
) -> int:
    """Put typed values in force, or clear those that are None; returns the version after it.

    values  of `account_health.FIELDS`; what is not named stays. What is typed already changes nothing.
    raises  Conflict when another version than `expected_version` is in force
    """
    with house.store.transaction(alone=True) as conn:
        version = version_of(conn, account_id)
        if version != expected_version:
            raise Conflict(
                "Somebody else changed these fields meanwhile.",
                next_step="Look at the present values, then save yours again if they still hold.",
                version=version,
            )
        wanted = [NewValue(account_id, field, value) for field, value in values.items()]
        typed = account_health.present(conn, account_ids=[account_id], source=TYPED).get(account_id, {})
        wanted = [one for one in wanted if one.value is not None or (one.field, TYPED) in typed]
        written = account_health.save(conn, wanted, source=TYPED, at=house.clock(), by=by.key, by_name=by.name)
        if not written:
            return version
        keep_health.keep(conn, house, [account_id], edited=True, why=Why(by=by.key, by_name=by.name))
        audit.add(conn, house.audit_keys(), [Act(house.clock(), by.key, Action.HEALTH_FIELDS, f"account/{account_id}")])
        return version_of(conn, account_id)


def typed_before(conn: Connection, account_id: int) -> dict[str, str | None]:
    """What taking the last typing back would put in force: every field that was typed at that moment, as it was
    before it; {} when nothing was typed."""
    rows = [one for one in account_health.history(conn, account_id) if one.source == TYPED]
    last = max((one.at for one in rows), default=None)
    found: dict[str, str | None] = {}
    for field in FIELDS:
        own = [one for one in rows if one.field == field]
        if own and own[0].at == last:
            found[field] = own[1].value if len(own) > 1 else None
    return found
