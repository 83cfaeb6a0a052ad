"""The application permissions of Microsoft Graph that the sync needs, and which are too much. Pure.

`docs/connect.md` lists the same ones; a test compares both. Ids: Microsoft's permission data.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


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
# Whoever holds one of these can read what people write, or write in their name: the service refuses that.
REFUSED = frozenset(
    {"Mail.Read", "Mail.ReadWrite", "Mail.Send", "full_access_as_app", "Files.Read.All", "Chat.Read.All"}
)
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
        needless=tuple(sorted(set(roles) - refused - {one.name for one in wanted})),
    )
