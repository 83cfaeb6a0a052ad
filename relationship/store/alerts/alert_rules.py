"""Alert rules as they are kept: every version, who saved it; lists, and addresses outside."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.alerts.alert_tables import (
    ALERT,
    ALERT_LIST,
    ALERT_LIST_ENTRY,
    ALERT_RULE,
    ALERT_RULE_VERSION,
    OUTSIDE_ADDRESS,
    AlertListEntry,
    OutsideAddress,
)
from relationship.store.alerts.alerts import HIGHEST_ID
from relationship.store.ratings.rating_change_tables import RECORD_CHANGE
from relationship.store.upsert import insert_new
from relationship.store.verbatims.verbatims import latest_arrival
from relationship.verbatims.alerts.rule import AlertRule


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule as it stands. owner_key: '' for the organisation's."""

    id: int
    rule: AlertRule
    owner_key: str
    owner_name: str
    enabled: bool
    version: int
    from_verbatim: int
    from_change: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as somebody saved it."""

    version: int
    rule: AlertRule
    enabled: bool
    saved_at: datetime
    saved_by_name: str


@dataclass(frozen=True, slots=True)
class MailingList:
    """is_mailing: rules may send alerts to the addresses on it; else it holds customers, for a campaign or a call.
    language: of mails to addresses that have none of their own."""

    id: int
    name: str
    is_mailing: bool
    language: str
    entries: int


def all_rules(conn: Connection, *, enabled: bool | None = None) -> list[Kept]:
    """Those that were not removed, by name."""
    query = sa.select(ALERT_RULE).where(ALERT_RULE.c.removed_at.is_(None))
    if enabled is not None:
        query = query.where(ALERT_RULE.c.enabled.is_(enabled))
    return [_kept(row) for row in conn.execute(query.order_by(ALERT_RULE.c.name, ALERT_RULE.c.id))]


def one(conn: Connection, number: int) -> Kept | None:
    """A rule that was not removed."""
    if number > HIGHEST_ID:
        return None
    query = sa.select(ALERT_RULE).where(ALERT_RULE.c.id == number, ALERT_RULE.c.removed_at.is_(None))
    row = conn.execute(query).one_or_none()
    return _kept(row) if row else None


def names(conn: Connection) -> dict[int, str]:
    """Of all rules that ever were."""
    return dict(conn.execute(sa.select(ALERT_RULE.c.id, ALERT_RULE.c.name)).all())


def names_of(conn: Connection, *, owners: Collection[str]) -> dict[int, str]:
    """Of the rules of these owners ('' the organisation's) that raised anything, by name; removed ones too."""
    columns = ALERT_RULE.c
    raised = sa.exists().where(ALERT.c.rule_id == columns.id)
    query = sa.select(columns.id, columns.name).where(columns.owner_key.in_(sorted(owners)), raised)
    return dict(conn.execute(query.order_by(columns.name, columns.id)).all())


def add(
    conn: Connection, rule: AlertRule, *, enabled: bool, owner: tuple[str, str], at: datetime, by: tuple[str, str]
) -> int:
    """Keep a new rule; it acts on what comes in from now on. owner, by: key and name."""
    values = _values(conn, rule, enabled=enabled, at=at)
    statement = sa.insert(ALERT_RULE).values(**values, version=1, owner_key=owner[0], owner_name=owner[1])
    number = int(conn.execute(statement.returning(ALERT_RULE.c.id)).scalar_one())
    _note(conn, number, 1, rule, enabled=enabled, at=at, by=by)
    return number


def change(
    conn: Connection, kept: Kept, rule: AlertRule, *, enabled: bool, at: datetime, by: tuple[str, str]
) -> int:  # fmt: skip
    """Put another version in force; returns its number. What came in before is not looked at again."""
    values = _values(conn, rule, enabled=enabled, at=at)
    if kept.enabled and enabled:
        values |= {"from_verbatim": kept.from_verbatim, "from_change": kept.from_change}
    version = kept.version + 1
    conn.execute(sa.update(ALERT_RULE).where(ALERT_RULE.c.id == kept.id).values(**values, version=version))
    _note(conn, kept.id, version, rule, enabled=enabled, at=at, by=by)
    return version


def remove(conn: Connection, number: int, *, at: datetime) -> None:
    """It acts no more; what it raised stays."""
    conn.execute(sa.update(ALERT_RULE).where(ALERT_RULE.c.id == number).values(removed_at=at, enabled=False))


def removed(conn: Connection, number: int) -> Kept | None:
    """A rule that was removed, on or off as it was last saved."""
    query = sa.select(ALERT_RULE).where(ALERT_RULE.c.id == number, ALERT_RULE.c.removed_at.is_not(None))
    row = conn.execute(query).one_or_none() if 0 < number <= HIGHEST_ID else None
    return replace(_kept(row), enabled=versions(conn, number)[0].enabled) if row else None


def bring_back(conn: Connection, kept: Kept) -> None:
    """It acts again, if it was on, on what comes in from now on."""
    values: dict[str, Any] = {"removed_at": None, "enabled": kept.enabled}
    places = {"from_verbatim": latest_arrival(conn), "from_change": latest_change(conn)}
    conn.execute(sa.update(ALERT_RULE).where(ALERT_RULE.c.id == kept.id).values(values | places))


def versions(conn: Connection, number: int) -> list[Version]:
    """Newest first."""
    columns = ALERT_RULE_VERSION.c
    query = sa.select(ALERT_RULE_VERSION).where(columns.rule_id == number).order_by(columns.version.desc())
    return [
        Version(row.version, AlertRule.model_validate_json(row.body), row.enabled, row.saved_at, row.saved_by_name)
        for row in conn.execute(query)
    ]


def lists(conn: Connection) -> list[MailingList]:
    """Lists that were not removed, by name, with how many are on each."""
    columns = ALERT_LIST.c
    query = (
        sa.select(columns.id, columns.name, columns.is_mailing, columns.language, sa.func.count(ALERT_LIST_ENTRY.c.key))
        .outerjoin(ALERT_LIST_ENTRY, ALERT_LIST_ENTRY.c.list_id == columns.id)
        .where(columns.removed_at.is_(None))
        .group_by(columns.id, columns.name, columns.is_mailing, columns.language)
        .order_by(columns.name, columns.id)
    )
    return [MailingList(*row) for row in conn.execute(query)]


def add_list(conn: Connection, name: str, *, is_mailing: bool, language: str) -> int:
    values = {"name": name, "is_mailing": is_mailing, "language": language}
    return int(conn.execute(sa.insert(ALERT_LIST).values(values).returning(ALERT_LIST.c.id)).scalar_one())


def change_list(conn: Connection, number: int, *, name: str, is_mailing: bool, language: str) -> None:
    values = {"name": name, "is_mailing": is_mailing, "language": language}
    conn.execute(sa.update(ALERT_LIST).where(ALERT_LIST.c.id == number).values(values))


def remove_list(conn: Connection, number: int, *, at: datetime) -> None:
    conn.execute(sa.update(ALERT_LIST).where(ALERT_LIST.c.id == number).values(removed_at=at))


def bring_list_back(conn: Connection, number: int) -> bool:
    """A list that was removed is there again; False when there is none such."""
    which = sa.update(ALERT_LIST).where(ALERT_LIST.c.id == number, ALERT_LIST.c.removed_at.is_not(None))
    return conn.execute(which.values(removed_at=None)).rowcount == 1


def entries(conn: Connection, number: int) -> list[Any]:
    """Rows with key, address, account_id, alert_id and added_at, by key."""
    query = sa.select(ALERT_LIST_ENTRY).where(ALERT_LIST_ENTRY.c.list_id == number)
    return list(conn.execute(query.order_by(ALERT_LIST_ENTRY.c.key)))


def addresses_of(conn: Connection, numbers: Collection[int]) -> dict[int, list[str]]:
    """The addresses on these lists, by list."""
    columns = ALERT_LIST_ENTRY.c
    query = (
        sa.select(columns.list_id, columns.address)
        .join(ALERT_LIST, ALERT_LIST.c.id == columns.list_id)
        .where(columns.list_id.in_(sorted(numbers)), columns.address != "", ALERT_LIST.c.removed_at.is_(None))
        .order_by(columns.address)
    )
    found: dict[int, list[str]] = {}
    for number, address in conn.execute(query):
        found.setdefault(number, []).append(address)
    return found


def put_on_list(
    conn: Connection,
    number: int,
    *,
    at: datetime,
    address: str = "",
    account_id: int | None = None,
    alert_id: int | None = None,
) -> bool:
    """False when they are on it already."""
    row = {
        "list_id": number,
        "key": address or f"account:{account_id}",
        "address": address,
        "account_id": account_id,
        "alert_id": alert_id,
        "added_at": at,
    }
    return insert_new(conn, AlertListEntry, [row], key=["list_id", "key"]) == 1


def take_off_list(conn: Connection, number: int, key: str) -> None:
    columns = ALERT_LIST_ENTRY.c
    conn.execute(sa.delete(ALERT_LIST_ENTRY).where(columns.list_id == number, columns.key == key))


def confirm(
    conn: Connection, addresses: Iterable[str], *, at: datetime, by: tuple[str, str], language: str = ""
) -> int:
    """Let alerts go to these addresses outside; returns how many are new. language: '' for that of their list."""
    rows = [
        {
            "address": one,
            "confirmed_at": at,
            "confirmed_by": by[0],
            "confirmed_by_name": by[1],
            "language": language,
        }
        for one in sorted(set(addresses))
    ]
    return insert_new(conn, OutsideAddress, rows, key=["address"])


def withdraw(conn: Connection, address: str) -> None:
    """Nothing goes there any more."""
    conn.execute(sa.delete(OUTSIDE_ADDRESS).where(OUTSIDE_ADDRESS.c.address == address))


def set_language(conn: Connection, address: str, language: str) -> None:
    """'fr', 'en', or '' for that of a list it is on."""
    conn.execute(sa.update(OUTSIDE_ADDRESS).where(OUTSIDE_ADDRESS.c.address == address).values(language=language))


def languages(conn: Connection) -> dict[str, str]:
    """The language of every confirmed address: its own, else that of the first list it is on, else French."""
    of_lists = (
        sa.select(ALERT_LIST_ENTRY.c.address, ALERT_LIST.c.language)
        .join(ALERT_LIST, ALERT_LIST.c.id == ALERT_LIST_ENTRY.c.list_id)
        .where(ALERT_LIST_ENTRY.c.address != "", ALERT_LIST.c.removed_at.is_(None))
        .order_by(ALERT_LIST.c.id.desc())
    )
    found = dict(conn.execute(of_lists).all())
    own = conn.execute(sa.select(OUTSIDE_ADDRESS.c.address, OUTSIDE_ADDRESS.c.language))
    return {address: language or found.get(address, "fr") for address, language in own}


def saved_by(conn: Connection, number: int) -> str:
    """Key of whoever saved a rule last."""
    columns = ALERT_RULE_VERSION.c
    query = sa.select(columns.saved_by).where(columns.rule_id == number).order_by(columns.version.desc()).limit(1)
    return conn.scalar(query) or ""


def confirmed(conn: Connection) -> dict[str, str]:
    """Addresses outside to which alerts may go, with the name of whoever confirmed each."""
    columns = OUTSIDE_ADDRESS.c
    query = sa.select(columns.address, columns.confirmed_by_name).order_by(columns.address)
    return dict(conn.execute(query).all())


def latest_change(conn: Connection) -> int:
    """Number of the latest change of an owner or stage."""
    return conn.scalar(sa.select(sa.func.max(RECORD_CHANGE.c.id))) or 0


def _values(conn: Connection, rule: AlertRule, *, enabled: bool, at: datetime) -> dict[str, Any]:
    return {
        "name": rule.name.strip(),
        "enabled": enabled,
        "body": rule.model_dump_json(),
        "from_verbatim": latest_arrival(conn),
        "from_change": latest_change(conn),
        "saved_at": at,
    }


def _note(
    conn: Connection, number: int, version: int, rule: AlertRule, *, enabled: bool, at: datetime, by: tuple[str, str]
) -> None:
    conn.execute(
        sa.insert(ALERT_RULE_VERSION).values(
            rule_id=number,
            version=version,
            body=rule.model_dump_json(),
            enabled=enabled,
            saved_at=at,
            saved_by=by[0],
            saved_by_name=by[1],
        )
    )


def _kept(row: Any) -> Kept:
    return Kept(
        id=row.id,
        rule=AlertRule.model_validate_json(row.body),
        owner_key=row.owner_key,
        owner_name=row.owner_name,
        enabled=row.enabled,
        version=row.version,
        from_verbatim=row.from_verbatim,
        from_change=row.from_change,
        saved_at=row.saved_at,
    )
