"""The application permissions of Microsoft Graph that the sync needs, and which are too much. Pure.

`docs/connect.md` lists the same ones; a test compares both. Ids: Microsoft's permission data.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from relationship.errors import Reconnect


@dataclass(frozen=True, slots=True)
class Permission:
    """One app role. source: of `config.SOURCES`, '' for what is always read; in_exchange: may be granted by
    RBAC for Applications to some mailboxes only, and is then not in the token."""

    name: str
    id: str
    source: str
    in_exchange: bool = False


NEEDED = (
    Permission("User.Read.All", "df021288-bdef-4463-88db-98f22de89214", ""),
    Permission("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664", ""),
    Permission("Mail.ReadBasic.All", "693c5e45-0940-467d-9b8a-1022fb9d42ef", "mail", in_exchange=True),
    Permission("Calendars.Read", "798ee544-9d2d-430c-a058-570e29e34338", "calendar", in_exchange=True),
    Permission("Tasks.Read.All", "f10e1f91-74ed-437f-a6fd-d6ae88e26c1f", "tasks"),
    Permission("CallRecords.Read.All", "45bbb07e-7321-4fd7-a8f6-3ff27e6a81c8", "calls"),
    Permission("CallRecord-PstnCalls.Read.All", "a2611786-80b3-417e-adaa-707d4261a5f0", "calls"),
)
# Only for scope or exclusions by group.
FOR_GROUPS = Permission("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "groups")
# Whoever holds one of these can read what people write, or write in their name: the service refuses that.
REFUSED = frozenset(
    {
        "Mail.Read", "Mail.ReadWrite", "Mail.Send", "MailboxItem.Read.All", "full_access_as_app", "Chat.Read.All",
        "ChannelMessage.Read.All", "OnlineMeetingTranscript.Read.All", "Files.Read.All", "Sites.Read.All",
        "Notes.Read.All",
    }
)  # fmt: skip
TOO_WIDE = "permissions_too_wide"
_WRITES = ("ReadWrite", ".Send", ".Manage", "AccessAsUser", "full_access")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the roles of a token come to, by name. scoped: not in the token, perhaps granted in Exchange;
    refused: must go; needless: are not used, and should go."""

    granted: tuple[str, ...]
    missing: tuple[str, ...]
    scoped: tuple[str, ...]
    refused: tuple[str, ...]
    needless: tuple[str, ...]


def roles_of(token: str) -> list[str] | None:
    """The application permissions that our own token says it holds, None when it says nothing of them; it is read,
    not trusted."""
    try:
        body = token.split(".")[1]
        roles = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))).get("roles")
    except (IndexError, ValueError, AttributeError):
        return None
    return [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else None


def too_wide(token: str) -> tuple[str, ...]:
    """Those of its permissions that the service refuses to hold."""
    return verdict(roles_of(token) or (), ()).refused


def refuse_too_wide(token: str) -> None:
    """raises  Reconnect when the token lets its holder read what people write, or write in their name"""
    refused = too_wide(token)
    if refused:
        raise Reconnect(
            f"The application may do more than it must, so nothing is read: {', '.join(refused)}.",
            next_step="Remove these under App registrations > API permissions, also from the consent already given; "
            "mail needs Mail.ReadBasic.All only (docs/connect.md, step 3).",
            code=TOO_WIDE,
        )


def verdict(roles: Collection[str], reads: Sequence[str]) -> Verdict:
    """Compare the roles of a token with what the configured sources need.

    reads  those of `config.SOURCES` that are read
    """
    wanted = [one for one in NEEDED if not one.source or one.source in reads]
    absent = [one for one in wanted if one.name not in roles]
    refused = {role for role in roles if role in REFUSED or any(sign in role for sign in _WRITES)}
    return Verdict(
        granted=tuple(one.name for one in wanted if one.name in roles),
        missing=tuple(one.name for one in absent if not one.in_exchange),
        scoped=tuple(one.name for one in absent if one.in_exchange),
        refused=tuple(sorted(refused)),
        needless=tuple(sorted(set(roles) - refused - {FOR_GROUPS.name, *(one.name for one in wanted)})),
    )
