"""What an administrator may choose from by a few letters: colleagues, groups, contacts, accounts, domains."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.addresses import domain_of
from relationship.store import tables
from relationship.store.crm.record_tables import Colleague, Record, RecordAddress
from relationship.store.lists.searching import holds
from relationship.store.privacy.exclusion_tables import DirectoryGroup

Choosable = Literal["colleague", "group", "contact", "account", "domain"]

_colleague = tables.table(Colleague)
_group = tables.table(DirectoryGroup)
_record = tables.table(Record)
_account = _record.alias("account")
_address = tables.table(RecordAddress)


@dataclass(frozen=True, slots=True)
class Choice:
    """key: as the rules name it; detail: what tells two of one name apart; never an address of a person."""

    key: str
    name: str
    detail: str = ""


def choices(conn: Connection, kind: Choosable, text: str, limit: int) -> list[Choice]:
    """Those of a kind whose name holds every word of the text, by name, at most `limit`."""
    words = text.split()
    match kind:
        case "colleague":
            return _colleagues(conn, words, limit)
        case "group":
            query = (
                sa.select(_group.c.group_id, _group.c.name)
                .where(_group.c.name != "", *(holds([_group.c.name], word) for word in words))
                .order_by(sa.func.lower(_group.c.name), _group.c.group_id)
            )
            return [Choice(key, name) for key, name in conn.execute(query.limit(limit))]
        case "contact":
            return _people(conn, words, limit)
        case "account":
            named = (_record.c.kind == RecordKind.ACCOUNT.value, *(holds([_record.c.name], word) for word in words))
            query = sa.select(_record.c.guid, _record.c.name).where(*named)
            ordered = query.order_by(sa.func.lower(_record.c.name), _record.c.guid).limit(limit)
            return [Choice(key, name) for key, name in conn.execute(ordered)]
        case "domain":
            return _domains(conn, text.strip().lower(), limit)


def domains_of(conn: Connection, account_guids: list[str]) -> list[str]:
    """The mail domains of an account's contacts, most frequent first: what one may want to leave out with it."""
    found: dict[str, int] = {}
    query = (
        sa.select(_address.c.address)
        .join(_record, _record.c.id == _address.c.record_id)
        .where(_record.c.kind == RecordKind.CONTACT.value, _record.c.account_guid.in_(account_guids))
        .where(_address.c.address.contains("@"))
    )
    for address in conn.scalars(query):
        domain = domain_of(address)
        found[domain] = found.get(domain, 0) + 1
    return sorted(found, key=lambda domain: (-found[domain], domain))


def _colleagues(conn: Connection, words: list[str], limit: int) -> list[Choice]:
    name = sa.func.coalesce(sa.func.nullif(_colleague.c.name, ""), _colleague.c.crm_name)
    query = (
        sa.select(_colleague.c.key, name)
        .where(sa.or_(_colleague.c.in_directory, _colleague.c.in_crm), *(holds([name], word) for word in words))
        .order_by(sa.func.lower(name), _colleague.c.key)
        .limit(limit)
    )
    return [Choice(key, called) for key, called in conn.execute(query)]


def _people(conn: Connection, words: list[str], limit: int) -> list[Choice]:
    at = sa.func.coalesce(_account.c.name, "")
    joined = _record.outerjoin(
        _account, sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _record.c.account_guid)
    )
    query = (
        sa.select(_record.c.guid, _record.c.name, at)
        .select_from(joined)
        .where(
            _record.c.kind.in_([RecordKind.CONTACT.value, RecordKind.LEAD.value]),
            *(holds([_record.c.name], word) for word in words),
        )
        .order_by(sa.func.lower(_record.c.name), _record.c.guid)
        .limit(limit)
    )
    return [Choice(key, name, account) for key, name, account in conn.execute(query)]


def _domains(conn: Connection, text: str, limit: int) -> list[Choice]:
    """Domains of contacts and leads, with how many addresses each has."""
    like = sa.literal("%@%") + sa.literal(text.replace("\\", "").replace("%", "").replace("_", "")) + "%"
    query = sa.select(_address.c.address).where(_address.c.address.like(like))
    found: dict[str, int] = {}
    for address in conn.scalars(query):
        domain = domain_of(address)
        found[domain] = found.get(domain, 0) + 1
    ranked = sorted((domain for domain in found if text in domain), key=lambda one: (-found[one], one))
    return [Choice(domain, domain, str(found[domain])) for domain in ranked[:limit]]
