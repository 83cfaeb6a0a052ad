"""The shape of Dataverse's rows: addresses of tables, and rows as plain records.

Lookups come as `_name_value` with the table they point at in an annotation; deletions are told by
`$deletedEntity` in the row's context. Absent columns never happen here: every row is whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from relationship.activities import RecordKind
from relationship.addresses import normalise, telephone
from relationship.errors import BadItem
from relationship.store.crm.colleagues import CrmUser
from relationship.store.crm.memberships import MembershipRow
from relationship.store.crm.records import RecordRow
from relationship.sync.shapes import told_fields
from relationship.sync.shapes.own_columns import NONE, OwnColumns, health_fields, site_domain
from relationship.sync.shapes.texts import clean

Row = Mapping[str, Any]

API_PATH = "/api/data/v9.2"
PAGE_SIZE = 2_000
_LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
_SHOWN = "OData.Community.Display.V1.FormattedValue"
STAKEHOLDER, SALES_TEAM = 1000, 1001
_STAGES = ("qualify", "develop", "propose", "close")
_OPEN, _INACTIVE = 0, 1
_LONGEST_SEGMENT = 200  # what a rule for a segment may name (`settings/rules/health.py`)


def headers(page_size: int, *, track: bool, shown: bool = False) -> Mapping[str, str]:
    """Sent with every page. track: ask for a delta link at the end; a list that is read whole needs none.
    shown: ask for values as people see them, too."""
    annotations = f"{_LOOKUP},{_SHOWN}" if shown else _LOOKUP
    preferences = [f"odata.maxpagesize={page_size}", f'odata.include-annotations="{annotations}"']
    return {
        "OData-Version": "4.0",
        "OData-MaxVersion": "4.0",
        "If-None-Match": "null",
        "Prefer": ", ".join(["odata.track-changes", *preferences] if track else preferences),
    }


@dataclass(frozen=True, slots=True)
class TrackedTable:
    """A table read by change tracking. entity_set: its name in addresses; key: column of its id;
    shown: values are needed as people see them; segment: the column that names the segment, '' for none;
    own: further columns that the organisation added."""

    entity_set: str
    key: str
    columns: tuple[str, ...]
    shown: bool = False
    segment: str = ""
    own: tuple[str, ...] = ()

    @property
    def selected(self) -> tuple[str, ...]:
        """All columns that are asked for, each once."""
        return tuple(dict.fromkeys(filter(None, (self.key, *self.columns, *self.own, self.segment))))

    def with_segment(self, column: str) -> "TrackedTable":
        """This table with its segment in a column that is read for nothing else; such a one is no segment."""
        return self if column in self.selected else replace(self, segment=column)

    def is_asked_by(self, link: str) -> bool:
        """Whether a link we were given asks for the columns of this table; True when it names none."""
        asked = set(selected_by(link))
        return not asked or asked | {self.key} == set(self.selected)

    def as_read_by(self, link: str, own: Iterable[str] = ()) -> "TrackedTable":
        """This table with those own columns, and the segment column, that a link we were given asks for."""
        asked = selected_by(link)
        table = replace(self, own=tuple(column for column in own if column in asked))
        more = [column for column in asked if column not in table.selected]
        return table.with_segment(more[0]) if more else table

    def covers(self, link: str) -> bool:
        """Whether a link we were given asks for all columns of this table, and perhaps for more."""
        return set(self.selected) <= {*selected_by(link), self.key}

    def link(self, base_url: str, guids: Iterable[str] = ()) -> str:
        """All rows, or in a plain list those with these keys."""
        link = f"{base_url}/{self.entity_set}?$select={','.join(self.selected)}"
        wanted = "%20or%20".join(f"{self.key}%20eq%20{guid}" for guid in guids)
        return f"{link}&$filter={wanted}" if wanted else link


def selected_by(link: str) -> tuple[str, ...]:
    """The columns that a link names in its $select; () when it names none.

    >>> selected_by("https://fjord.crm4.dynamics.com/api/data/v9.2/leads?$select=leadid,fullname&$deltatoken=7")
    ('leadid', 'fullname')
    """
    named = parse_qs(urlsplit(link).query).get("$select", [""])[0]
    return tuple(filter(None, (column.strip() for column in named.split(","))))


_OWNED = ("statecode", "createdon", "_ownerid_value", "_owningbusinessunit_value")
_ADDRESSES, _TELEPHONES = ("emailaddress1", "emailaddress2", "emailaddress3"), ("telephone1", "mobilephone")
CURRENCY = "_transactioncurrencyid_value"
# What accounts, contacts and leads want no mail for: for anything, or for what goes to many.
_WISHES = ("donotemail", "donotbulkemail")

SYSTEM_USERS = TrackedTable(
    "systemusers",
    "systemuserid",
    ("fullname", "internalemailaddress", "azureactivedirectoryobjectid", "applicationid", "isdisabled"),
)
ACCOUNTS = TrackedTable(
    "accounts",
    "accountid",
    (
        "name", "accountnumber", "websiteurl", "numberofemployees", "revenue", "modifiedon", "exchangerate",
        "_primarycontactid_value", CURRENCY, *_WISHES, *_OWNED,
    ),
    shown=True,
)  # fmt: skip
CONTACTS = TrackedTable(
    "contacts",
    "contactid",
    (
        "fullname",
        "jobtitle",
        "_parentcustomerid_value",
        "merged",
        "_masterid_value",
        *_ADDRESSES,
        *_TELEPHONES,
        *_WISHES,
        *_OWNED,
    ),
    shown=True,
)  # fmt: skip
LEADS = TrackedTable(
    "leads",
    "leadid",
    ("fullname", "companyname", "jobtitle", *_ADDRESSES, *_TELEPHONES, *_WISHES, *_OWNED),
    shown=True,
)
# The tables whose rows may name a segment of their own.
SEGMENTED = (ACCOUNTS.entity_set, LEADS.entity_set)
OPPORTUNITIES = TrackedTable(
    "opportunities",
    "opportunityid",
    (
        "name", "estimatedvalue", "actualvalue", "estimatedclosedate", "actualclosedate", "closeprobability",
        "salesstage", "stepname", "modifiedon", "budgetamount", "budgetstatus", "need", "purchasetimeframe",
        "exchangerate", "_customerid_value", "_parentaccountid_value", "_parentcontactid_value", CURRENCY, *_OWNED,
    ),
    shown=True,
)  # fmt: skip
CONNECTIONS = TrackedTable(
    "connections",
    "connectionid",
    ("_record1id_value", "_record2id_value", "_record2roleid_value", "statecode"),
)
CONNECTION_ROLES = TrackedTable("connectionroles", "connectionroleid", ("category",))
CURRENCIES = TrackedTable("transactioncurrencies", "transactioncurrencyid", ("isocurrencycode",))


def deleted_guid(row: object) -> str | None:
    """The GUID of a deletion, None for a row that is still there."""
    if not isinstance(row, dict) or not str(row.get("@odata.context", "")).endswith("$deletedEntity"):
        return None
    return _bare(str(row.get("id", "")))


def guid(row: Row, column: str) -> str:
    """A GUID in lower case without braces; BadItem when it is none."""
    found = row.get(column)
    if not isinstance(found, str) or len(_bare(found)) != 36:
        raise _bad("bad_id")
    return _bare(found)


def crm_user(row: Row, _zone: ZoneInfo) -> CrmUser | None:
    """A colleague in the CRM, or None for an application user."""
    if row.get("applicationid"):
        return None
    return CrmUser(
        systemuser_guid=guid(row, SYSTEM_USERS.key),
        key=_optional(row.get("azureactivedirectoryobjectid")),
        name=clean(row.get("fullname")),
        address=normalise(row.get("internalemailaddress")),
        enabled=row.get("isdisabled") is not True,
    )


def account(
    row: Row,
    zone: ZoneInfo,
    segment_column: str = "",
    own: OwnColumns = NONE,
    currency: Callable[[str], str] = str,
) -> RecordRow:
    """currency: the ISO code by the id of a currency."""
    return RecordRow(
        kind=RecordKind.ACCOUNT,
        guid=guid(row, ACCOUNTS.key),
        name=clean(row.get("name")),
        status=_active(row),
        created_on=_day(row.get("createdon"), zone),
        owner_guid=_lookup(row, "_ownerid_value", "systemuser"),
        contact_guid=_lookup(row, "_primarycontactid_value", "contact"),
        segment=_as_shown(row, segment_column),
        account_number=clean(row.get("accountnumber"), longest=100),
        domain=site_domain(row.get("websiteurl")),
        renewal_on=_plain_day(row.get(own.column("renewal"))),
        arr=_number(row.get(own.column("arr"))),
        lost_on=_plain_day(row.get(own.column("lost"))),
        currency=currency(_optional(row.get(CURRENCY)) or ""),
        exchange_rate=_rate(row),
        health=health_fields(row, own, _as_shown),
        told=told_fields.of_account(row, own, _as_shown),
        modified_on=_day(row["modifiedon"], zone) if row.get("modifiedon") else None,
        **_wishes(row),
        **_team(row),
    )


def contact(row: Row, zone: ZoneInfo) -> RecordRow:
    return RecordRow(
        kind=RecordKind.CONTACT,
        guid=guid(row, CONTACTS.key),
        name=clean(row.get("fullname")),
        status=_active(row),
        created_on=_day(row.get("createdon"), zone),
        owner_guid=_lookup(row, "_ownerid_value", "systemuser"),
        account_guid=_lookup(row, "_parentcustomerid_value", "account"),
        contact_guid=_lookup(row, "_masterid_value", "contact") if row.get("merged") is True else None,
        job_title=clean(row.get("jobtitle")),
        addresses=_addresses(row),
        **_wishes(row),
        **_team(row),
    )


def lead(row: Row, zone: ZoneInfo, segment_column: str = "") -> RecordRow:
    return RecordRow(
        kind=RecordKind.LEAD,
        guid=guid(row, LEADS.key),
        name=clean(row.get("fullname")) or clean(row.get("companyname")),
        status=_state(row, ("open", "qualified", "disqualified")),
        created_on=_day(row.get("createdon"), zone),
        owner_guid=_lookup(row, "_ownerid_value", "systemuser"),
        job_title=clean(row.get("jobtitle")),
        addresses=_addresses(row),
        segment=_as_shown(row, segment_column),
        **_wishes(row),
        **_team(row),
    )


def currency_codes(rows: Iterable[object]) -> dict[str, str]:
    """ISO 4217 codes by the id of the currency."""
    return {guid(row, CURRENCIES.key): clean(row.get("isocurrencycode")) for row in rows if isinstance(row, dict)}


def opportunity(row: Row, zone: ZoneInfo, currencies: Mapping[str, str], own: OwnColumns = NONE) -> RecordRow:
    """Value: the estimate while it is open, what came of it once it is closed."""
    is_open = row.get("statecode") == _OPEN
    actual, estimate = _number(row.get("actualvalue")), _number(row.get("estimatedvalue"))
    closed_on = None if is_open else _plain_day(row.get("actualclosedate"))
    return RecordRow(
        kind=RecordKind.OPPORTUNITY,
        guid=guid(row, OPPORTUNITIES.key),
        name=clean(row.get("name")),
        status=_state(row, ("open", "won", "lost")),
        created_on=_day(row.get("createdon"), zone),
        closed_on=closed_on,
        owner_guid=_lookup(row, "_ownerid_value", "systemuser"),
        account_guid=_lookup(row, "_parentaccountid_value", "account") or _lookup(row, "_customerid_value", "account"),
        contact_guid=_lookup(row, "_parentcontactid_value", "contact") or _lookup(row, "_customerid_value", "contact"),
        stage=_stage(row),
        probability=_percent(row.get("closeprobability")),
        value=estimate if is_open or actual is None else actual,
        currency=currencies.get(_optional(row.get(CURRENCY)) or "", ""),
        exchange_rate=_rate(row),
        told=told_fields.of_opportunity(row, _as_shown),
        close_on=_plain_day(row.get("estimatedclosedate")),
        competitor=_as_shown(row, own.column("competitor")),
        modified_on=_day(row["modifiedon"], zone) if row.get("modifiedon") else None,
        **_team(row),
    )


def role_categories(rows: Iterable[object]) -> dict[str, int | None]:
    """Connection roles by GUID: 1000 stakeholder, 1001 sales team, others something else."""
    return {guid(row, CONNECTION_ROLES.key): row.get("category") for row in rows if isinstance(row, dict)}


def membership(row: Row, roles: Mapping[str, int | None]) -> MembershipRow | None:
    """Who belongs to an opportunity; None for the mirrored twin and for all other connections."""
    opportunity_guid = _lookup(row, "_record1id_value", "opportunity")
    role = roles.get(_optional(row.get("_record2roleid_value")) or "")
    if opportunity_guid is None or row.get("statecode") == _INACTIVE:
        return None
    for member, category in (("systemuser", SALES_TEAM), ("contact", STAKEHOLDER)):
        member_guid = _lookup(row, "_record2id_value", member)
        if member_guid is not None and role == category:
            return MembershipRow(guid(row, CONNECTIONS.key), opportunity_guid, member, member_guid)
    return None


def lookup(row: Row, column: str) -> tuple[str | None, str | None]:
    """The GUID in a lookup column and the table it points at; None, None when it is empty."""
    found = _optional(row.get(column))
    table = row.get(f"{column}@{_LOOKUP}")
    return (found, table if isinstance(table, str) else None) if found else (None, None)


def _lookup(row: Row, column: str, table: str) -> str | None:
    """The GUID in a lookup column when it points at this table."""
    return _optional(row.get(column)) if row.get(f"{column}@{_LOOKUP}", table) == table else None


def _team(row: Row) -> dict[str, Any]:
    """The business unit that owns a record."""
    column = "_owningbusinessunit_value"
    return {"team_guid": _lookup(row, column, "businessunit"), "team_name": clean(row.get(f"{column}@{_SHOWN}"))}


def _wishes(row: Row) -> dict[str, Any]:
    """Which mails somebody does not want."""
    return {"no_mail": row.get("donotemail") is True, "no_bulk_mail": row.get("donotbulkemail") is True}


def _as_shown(row: Row, column: str) -> str:
    """A choice by its label, else a text or number as it stands; '' for an empty column or none."""
    value = row.get(column) if column else None
    label = clean(row.get(f"{column}@{_SHOWN}"), longest=_LONGEST_SEGMENT)
    if value is None or label:
        return label
    return clean(str(value), longest=_LONGEST_SEGMENT)


def _optional(raw: object) -> str | None:
    return _bare(raw) or None if isinstance(raw, str) else None


def _bare(raw: str) -> str:
    """A GUID from its bare form, with braces, or from an address like …/accounts(<guid>)."""
    return raw.rpartition("(")[2].rstrip(")").strip("{} ").lower()


def _addresses(row: Row) -> tuple[str, ...]:
    found = [normalise(row.get(column)) for column in _ADDRESSES]
    found += [telephone(row.get(column)) for column in _TELEPHONES]
    return tuple(sorted({address for address in found if address}))


def _active(row: Row) -> str:
    return _state(row, ("active", "inactive"))


def _state(row: Row, names: tuple[str, ...]) -> str:
    state = row.get("statecode")
    if not isinstance(state, int) or not 0 <= state < len(names):
        raise _bad("bad_state")
    return names[state]


def _stage(row: Row) -> str:
    place = row.get("salesstage")
    if isinstance(place, int) and 0 <= place < len(_STAGES):
        return _STAGES[place]
    return clean(row.get("stepname"))


def _percent(raw: object) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 100 else None


def _number(raw: object) -> float | None:
    return float(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None


def _rate(row: Row) -> float | None:
    """What one unit of the organisation's own currency is worth in that of the row."""
    found = _number(row.get("exchangerate"))
    return found if found is not None and found > 0 else None


def _day(raw: object, zone: ZoneInfo) -> date:
    """The calendar day of an instant in the organisation's time zone."""
    try:
        found = datetime.fromisoformat(str(raw))
    except ValueError:
        raise _bad("bad_time") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(zone).date()


def _plain_day(raw: object) -> date | None:
    """A date-only column; some environments send it as an instant, whose day counts as it stands."""
    if raw is None:
        return None
    try:
        return date.fromisoformat(str(raw)[:10])
    except ValueError:
        raise _bad("bad_time") from None


def _bad(reason: str) -> BadItem:
    return BadItem(
        f"A row of Dynamics 365 cannot be read ({reason}).",
        next_step="Nothing to do: it is left out and read again when it changes.",
        code=reason,
    )
