"""From a failed answer of Microsoft to who must act next. Pure; decides by status and code, never by text."""

from enum import StrEnum

from relationship.errors import BadItem, CursorExpired, Reconnect, RelationshipError, TryLater, Unavailable


class Service(StrEnum):
    MSGRAPH = "msgraph"
    DATAVERSE = "dataverse"


# Codes in lower case. Sources: contract microsoft-graph sections 2 and 13, dataverse sections 4 and 8.
SYNC_STATE_GONE = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired", "errorsyncfoldernotfound"})
VERSION_STAMP_EXPIRED = "0x80044352"
NO_MAILBOX = frozenset(
    {"mailboxnotenabledforrestapi", "errorinvaliduser", "resourcenotfound", "request_resourcenotfound"}
)
DIRECTORY_DENIED = "authorization_requestdenied"
NOT_A_MEMBER = "0x80072560"
PRIVILEGE_MISSING = frozenset({"0x80040220", "0x80048306"})
DATAVERSE_TABLE_UNKNOWN = "0x8006088a"
DUPLICATE_KEY = frozenset({"0x80040237", "0x80060892"})
CORRUPT_ITEM = "errorcorruptdata"
# Our name for a thing that is not there while its mailbox is.
NOT_FOUND = "not_found"

_WAITING = "Nothing to do: the next run goes on where this one stopped; report the code if it stays."


def fault(
    status: int,
    code: str,
    *,
    service: Service = Service.MSGRAPH,
    at_saved_link: bool = False,
    wait_seconds: float | None = None,
) -> RelationshipError:
    """Name the recovery for one failed answer.

    code           Microsoft's error code in any case, empty when there is none
    at_saved_link  the request went to a delta link or next link that was handed out earlier
    wait_seconds   what Retry-After asked for, None when it said nothing usable
    returns        TryLater for everything unknown: the unknown never kills a mailbox
    """
    plain = code.lower()
    name = f"{status} {code}".strip()
    if _place_lost(status, plain, service, at_saved_link):
        return CursorExpired(
            "Microsoft dropped our place in this list.",
            next_step="Nothing to do: the list is read again from the start and compared.",
            code="cursor_expired",
        )
    if status == 401:
        return Reconnect(
            f"{service.value} refuses the token we were given ({name}).",
            next_step="Check that consent was granted for the application, then run the sync again.",
            code="token_refused",
        )
    if status == 403:
        return _forbidden(plain, name, service)
    if status in (404, 501, 507):
        return _absent(status, plain, name, service)
    if service is Service.DATAVERSE and plain in DUPLICATE_KEY:
        return BadItem(f"It is in Dynamics 365 already ({name}).", next_step="Nothing to do.", code=plain)
    if plain == CORRUPT_ITEM:
        return BadItem(f"Microsoft cannot read an item ({name}).", next_step=_WAITING, code=code)
    if status in (400, 405, 414):
        return BadItem(
            f"Microsoft does not accept a request of ours ({name}).",
            next_step="Report this code: the item or list is left out until it is answered.",
            code=code or f"http_{status}",
        )
    return TryLater(
        f"Microsoft answered {name}.", next_step=_WAITING, code=code or f"http_{status}", wait_seconds=wait_seconds
    )


def _place_lost(status: int, code: str, service: Service, at_saved_link: bool) -> bool:
    if service is Service.MSGRAPH:
        return status == 410 or (400 <= status <= 410 and code in SYNC_STATE_GONE)
    # Which status an expired version stamp has is not documented; at a link of its own only the place can be wrong.
    return code == VERSION_STAMP_EXPIRED or (at_saved_link and status in (400, 404, 410, 412))


def _forbidden(code: str, name: str, service: Service) -> RelationshipError:
    if code == NOT_A_MEMBER:
        return Unavailable(
            f"Dynamics 365 does not know our application ({name}).",
            next_step="Add an application user for it in the environment and give it the reader role.",
            code="not_a_member",
        )
    if service is Service.DATAVERSE:
        step = "Give our application user organisation-level read on this table."
    elif code == DIRECTORY_DENIED:
        step = "Grant the application User.Read.All and Domain.Read.All, with an administrator's consent."
    else:
        step = "Nothing to do if it is left out on purpose; otherwise add it to the application's scope."
    missing = code in PRIVILEGE_MISSING
    return Unavailable(
        f"We are not allowed to read this ({name}).",
        next_step=step,
        code="privilege_missing" if missing else "not_permitted",
    )


def _absent(status: int, code: str, name: str, service: Service) -> RelationshipError:
    if status == 404 and service is Service.MSGRAPH and code not in NO_MAILBOX:
        return BadItem(f"It is not there any more ({name}).", next_step=_WAITING, code=NOT_FOUND)
    if status == 404 and service is Service.MSGRAPH:
        return Unavailable(
            f"Microsoft has no mailbox here ({name}).",
            next_step="Restore the licence if it should be read; we look again every day.",
            code="no_mailbox",
        )
    return Unavailable(
        f"Microsoft does not offer this here ({name}).",
        next_step="Check that the environment has this table and that it may be read; we look again every day.",
        code="not_offered",
    )
