"""Looks at each part that an administrator sets up, and says the next step. Reads only; names no person.

What if it runs twice: the same. What if Microsoft says no: that is the finding. One part that fails stops
only what cannot be looked at without it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from relationship.config import SOURCES, Config, given_names
from relationship.errors import BadItem, RelationshipError, Unavailable
from relationship.store.database import Store
from relationship.sync.checks import feedback_checks, file_checks, own_parts
from relationship.sync.checks.findings import Finding, Mark, optional, tried
from relationship.sync.checks.permissions import roles_of, verdict
from relationship.sync.outward import crm_columns
from relationship.sync.readers import crm, crm_activities
from relationship.sync.shapes import dataverse, msgraph
from relationship.sync.shapes.own_columns import OPPORTUNITY_COLUMNS, OwnColumns
from relationship.sync.wire.connection import Microsoft
from relationship.sync.wire.transport import Channel

# So many users are tried until one has a mailbox that may be read.
MOST_USERS = 20
_SCOPE = "doctor"
_OF_A_USER = ("systemuserid", "azureactivedirectoryobjectid", "applicationid", "isdisabled", "accessmode")


def examine(
    config: Config, microsoft: Microsoft, open_store: Callable[[], Store], *, outside: str = ""
) -> list[Finding]:
    """Every part in the order in which they are set up.

    open_store  prepares and opens the database; its error is a finding
    outside     a user (id or sign-in name) whose mailbox must not be readable
    """
    found = [*own_parts.variables(given_names()), *own_parts.settings(config)]
    found.append(tried("database", lambda: own_parts.written(open_store()), is_setting=True))
    found += file_checks.examine(config)
    if not (config.tenant_id and config.client_id):
        return found
    found += [own_parts.clock(config), *own_parts.certificate(config)]
    token = tried("sign-in", lambda: _signed_in(microsoft, config))
    found.append(token)
    if token.mark is Mark.GOOD:
        users = _Users(microsoft.msgraph)
        found += _msgraph(config, microsoft, users, outside)
        found += feedback_checks.examine(config, microsoft, open_store, users.ids)
        found += _dataverse(config, microsoft)
    return found


def _signed_in(microsoft: Microsoft, config: Config) -> str:
    microsoft.credentials.source(config.msgraph_url).token()
    return "Microsoft Entra accepts the application."


# Microsoft Graph


def _msgraph(config: Config, microsoft: Microsoft, users: "_Users", outside: str) -> Iterator[Finding]:
    channel = microsoft.msgraph
    reads = [name for name in SOURCES if config.reads(name)]
    yield tried("directory", users.read)
    yield tried("domains", lambda: _domains(channel))
    mailbox = tried("one mailbox", lambda: users.first_readable(_inbox)) if "mail" in reads else None
    yield from _roles(microsoft.credentials.source(config.msgraph_url).token(), reads, is_mail_read=_is_good(mailbox))
    if mailbox:
        yield mailbox
    if outside:
        yield _outside(channel, outside)
    if "calendar" in reads:
        yield tried("calendars", lambda: users.first_readable(_calendar))
    if "tasks" in reads:
        yield optional("To Do", lambda: users.first_readable(_todo), "tasks")
    if "calls" in reads:
        yield optional("call records", lambda: _calls(channel), "calls")


def _is_good(finding: Finding | None) -> bool:
    return finding is not None and finding.mark is Mark.GOOD


class _Users:
    """The first users of the directory, by id; the first with a mailbox is asked for everything."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._ids: list[str] = []

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._ids)

    def read(self) -> str:
        page = self._channel.fetch(msgraph.users_link(self._channel.base_url), scope=_SCOPE)
        rows = [row for row in page["value"] if isinstance(row, dict) and row.get("userType") != "Guest"]
        self._ids = [row["id"] for row in rows if isinstance(row.get("id"), str)][:MOST_USERS]
        return "The directory can be read."

    def first_readable(self, link: Callable[[str, str], str]) -> str:
        """The last refusal is raised when none of the users could be read."""
        refusal: RelationshipError | None = None
        for number, user_id in enumerate(self._ids):
            try:
                self._channel.fetch(link(self._channel.base_url, user_id), scope=_SCOPE)
            except RelationshipError as error:
                refusal = error
                continue
            self._ids = [*self._ids[number:], *self._ids[:number]]
            return "It can be read."
        if refusal:
            raise refusal
        return "There is nobody to try it with."


def _domains(channel: Channel) -> str:
    page = channel.fetch(msgraph.domains_link(channel.base_url), scope=_SCOPE)
    count = len(msgraph.verified_domains(page["value"]))
    return f"{count} verified mail domains are known: what goes between them is internal."


def _inbox(base_url: str, user_id: str) -> str:
    return msgraph.folders_link(base_url, user_id)


def _calendar(base_url: str, user_id: str) -> str:
    today = datetime.now(UTC).date()
    begin, end = (f"{today + timedelta(days=days)}T00:00:00Z" for days in (-1, 1))
    return msgraph.calendar_link(base_url, user_id, begin, end)


def _todo(base_url: str, user_id: str) -> str:
    return f"{base_url}/users/{quote(user_id, safe='')}/todo/lists/delta"


def _calls(channel: Channel) -> str:
    since = datetime.now(UTC) - timedelta(hours=1)
    channel.fetch(msgraph.call_records_link(channel.base_url, f"{since:%Y-%m-%dT%H:%M:%SZ}"), scope=_SCOPE)
    return "They can be read."


def _outside(channel: Channel, user: str) -> Finding:
    try:
        channel.fetch(_inbox(channel.base_url, user), scope=_SCOPE)
    except RelationshipError:
        return Finding("mailbox outside the scope", Mark.GOOD, "It cannot be read, as intended.")
    return Finding(
        "mailbox outside the scope",
        Mark.BAD,
        "It can be read although it should not: an unscoped consent in Entra opens all mailboxes.",
        "Remove the consent for mail and calendars in Entra, and grant them in Exchange (docs/connect.md, step 4).",
    )


def _roles(token: str, reads: list[str], *, is_mail_read: bool) -> Iterator[Finding]:
    roles = roles_of(token)
    if roles is None:
        told = "The token does not say which permissions it holds."
        yield Finding("permissions", Mark.WARNING, told, "Grant them with an administrator's consent (step 3).")
        return
    found = verdict(roles, reads)
    if found.refused:
        yield Finding(
            "permissions too wide",
            Mark.BAD,
            f"The application may do more than it must: {', '.join(found.refused)}.",
            "Remove these under App registrations > API permissions, also from the consent already given.",
        )
    if found.needless:
        yield Finding(
            "permissions not used",
            Mark.WARNING,
            f"Not needed: {', '.join(found.needless)}.",
            "Remove these under App registrations > API permissions.",
        )
    missing = (*found.missing, *(() if is_mail_read else found.scoped))
    if missing:
        yield Finding(
            "permissions",
            Mark.BAD,
            f"Missing: {', '.join(missing)}.",
            "Add them and grant the consent (docs/connect.md, step 3), or leave their source out with "
            "RELATIONSHIP_SOURCES.",
        )
    elif found.scoped:
        yield Finding("permissions", Mark.GOOD, f"Granted in Exchange for some mailboxes: {', '.join(found.scoped)}.")
    else:
        yield Finding("permissions", Mark.GOOD, f"Granted: {', '.join(found.granted)}.")


# Dataverse


def _dataverse(config: Config, microsoft: Microsoft) -> Iterator[Finding]:
    channel = microsoft.dataverse
    if channel is None:
        yield Finding(
            "Dynamics 365",
            Mark.WARNING,
            "No environment is configured, so there are no opportunities to rate.",
            "Set RELATIONSHIP_DATAVERSE_URL (docs/connect.md, step 7).",
        )
        return
    member = tried("Dynamics 365", lambda: _who_am_i(channel))
    yield member
    if member.mark is not Mark.GOOD:
        return
    tables = [*crm.TABLES, *(one.tracked for one in crm_activities.TABLES if config.reads("crm"))]
    for table in tables:
        yield tried(f"table {table.entity_set}", partial(_table, channel, table.entity_set, table.key))
    yield _acting_for_others(channel)
    if config.segment_column:
        yield _segments(channel, config.segment_column)
    for what, column in OwnColumns(config.crm_columns).named.items():
        yield _own_column(channel, what, column)
    if config.crm_write:
        yield from crm_columns.examine(channel, config.crm_prefix)


def _who_am_i(channel: Channel) -> str:
    channel.fetch_one("/WhoAmI", scope=_SCOPE)
    return "The environment knows our application user."


def _table(channel: Channel, entity_set: str, key: str) -> str:
    """Reading with change tracking is refused without organisation-level read."""
    if _is_tracking_off(channel, entity_set):
        raise Unavailable(
            "Change tracking is switched off for this table.",
            next_step="Switch it on in the properties of the table in Power Apps (docs/connect.md, step 7).",
            code="change_tracking_off",
        )
    link = f"{channel.base_url}/{entity_set}?$select={key}"
    channel.fetch(link, scope=_SCOPE, headers=dataverse.headers(1, track=True))
    return "It can be read, with change tracking."


def _acting_for_others(channel: Channel) -> Finding:
    """Whether the CRM answers as a person when asked in one's name; tried with some user who may sign in."""
    part = "rights of each person"
    step = "Give the application user the role Delegate in the environment (docs/connect.md, step 7)."
    link = f"{channel.base_url}/{dataverse.SYSTEM_USERS.entity_set}?$select={','.join(_OF_A_USER)}"
    try:
        users = channel.fetch(link, scope=_SCOPE, headers=dataverse.headers(MOST_USERS, track=False))["value"]
        people = [one for one in users if isinstance(one, dict) and _may_sign_in(one)]
        if not people:
            return Finding(
                part, Mark.WARNING, "The environment has no user with an Entra account to try it with.", step
            )
        oid = str(people[0]["azureactivedirectoryobjectid"])
        told = channel.fetch_one("/WhoAmI", scope=_SCOPE, headers={"CallerObjectId": oid})
    except RelationshipError as error:
        refused = isinstance(error, Unavailable)
        return Finding(
            part, Mark.BAD, f"We cannot ask in a person's name ({error.code}).", step if refused else error.next_step
        )
    if str(told.get("UserId", "")).lower() != str(people[0][dataverse.SYSTEM_USERS.key]).lower():
        return Finding(
            part, Mark.BAD, "The environment answers as our application when asked in a person's name.", step
        )
    return Finding(
        part, Mark.GOOD, "The environment can be asked in a person's name, so everybody sees what is theirs."
    )


def _may_sign_in(row: dict[str, Any]) -> bool:
    return bool(
        row.get("azureactivedirectoryobjectid")
        and not row.get("applicationid")
        and row.get("isdisabled") is not True
        and row.get("accessmode", 0) == 0
    )


def _segments(channel: Channel, column: str) -> Finding:
    """A column that accounts do not have stops nothing, but no rule for a segment finds a record."""
    table = dataverse.ACCOUNTS.with_segment(column)
    step = (
        "Set RELATIONSHIP_SEGMENT_COLUMN to a choice or text column of accounts, or leave it empty (docs/settings.md)."
    )
    if not table.segment:
        return Finding("segments", Mark.WARNING, f"The column {column} does not hold a segment.", step, is_setting=True)
    try:
        channel.fetch(table.link(channel.base_url), scope=_SCOPE, headers=dataverse.headers(1, track=True))
    except BadItem:
        told = f"Accounts have no column {column}, so there are no segments."
        return Finding("segments", Mark.WARNING, told, step, is_setting=True)
    except RelationshipError as error:
        return Finding("segments", Mark.BAD, error.message, error.next_step)
    return Finding("segments", Mark.GOOD, f"Accounts name their segment in {column}.")


def _own_column(channel: Channel, what: str, column: str) -> Finding:
    """A column that is not there stops nothing, but what it holds is not known."""
    table = dataverse.OPPORTUNITIES if what in OPPORTUNITY_COLUMNS else dataverse.ACCOUNTS
    step = f"Correct {what}= in RELATIONSHIP_CRM_COLUMNS, or take it out (docs/settings.md)."
    try:
        found = crm.has_column(channel, table, column)
    except RelationshipError as error:
        return Finding(f"column {what}", Mark.BAD, error.message, error.next_step)
    if not found:
        told = f"There is no column {column} in {table.entity_set}."
        return Finding(f"column {what}", Mark.WARNING, told, step, is_setting=True)
    return Finding(f"column {what}", Mark.GOOD, f"It can be read from {column} of {table.entity_set}.")


def _is_tracking_off(channel: Channel, entity_set: str) -> bool:
    """What the definition of the table says; False when it may not be read."""
    name = f"{entity_set.removesuffix('ies')}y" if entity_set.endswith("ies") else entity_set.removesuffix("s")
    path = f"/EntityDefinitions(LogicalName='{name}')?$select=ChangeTrackingEnabled"
    try:
        return channel.fetch_one(path, scope=_SCOPE).get("ChangeTrackingEnabled") is False
    except RelationshipError:
        return False
