"""Looks at the second application: it reads the declared feedback mailboxes, and no other.

The probe asks other mailboxes for the id of their inbox with the second application's token, and has to be refused.
"""

from collections.abc import Callable, Iterator, Sequence

from relationship.config import Config
from relationship.errors import RelationshipError, Unavailable
from relationship.store import rules
from relationship.store.database import Store
from relationship.store.verbatims import feedback_mailboxes
from relationship.store.verbatims.feedback_mailboxes import Declared
from relationship.sync.checks.findings import Finding, Mark
from relationship.sync.readers.feedback import check_application
from relationship.sync.shapes import msgraph
from relationship.sync.wire.connection import Microsoft
from relationship.sync.wire.transport import Channel

PART = "feedback mailboxes"
# So many other mailboxes are tried until one refuses us, which is what shows the scope.
MOST_PROBES = 10
_STEP = "Scope the second application by RBAC for Applications in Exchange (docs/connect.md, step 12)."


def examine(
    config: Config, microsoft: Microsoft, open_store: Callable[[], Store], user_ids: Sequence[str]
) -> Iterator[Finding]:
    """Nothing where neither a mailbox is declared nor a second application configured. user_ids: of the directory."""
    try:
        with open_store().reading() as conn:
            declared = feedback_mailboxes.declared(conn, rules.current(conn)[1])
    except RelationshipError:
        return  # told by the part of the database
    if not declared and not config.feedback_client_id:
        return
    try:
        channel = check_application(microsoft)
    except RelationshipError as error:
        is_setting = not config.feedback_client_id
        yield Finding("second application", Mark.BAD, error.message, error.next_step, is_setting=is_setting)
        return
    yield Finding(
        "second application", Mark.GOOD, "Microsoft Entra accepts it, and it holds no right over all mailboxes."
    )
    yield _own(channel, declared)
    yield _others(channel, [one for one in user_ids if one not in {box.key for box in declared}])


def _own(channel: Channel, declared: Sequence[Declared]) -> Finding:
    if not declared:
        step = "Declare one under Settings > Sources and privacy."
        return Finding(PART, Mark.WARNING, "No feedback mailbox is declared.", step)
    closed = [one for one in declared if one.code or not _answers(channel, one.key)]
    if closed:
        told = f"{len(closed)} of {len(declared)} declared mailboxes cannot be read."
        step = f"{_STEP} The page Sources tells which ones, and why; a change takes up to two hours."
        return Finding(PART, Mark.BAD, told, step)
    return Finding(PART, Mark.GOOD, f"{len(declared)} declared mailboxes can be read.")


def _others(channel: Channel, user_ids: Sequence[str]) -> Finding:
    part = "other mailboxes"
    refused = 0
    for user_id in user_ids[:MOST_PROBES]:
        try:
            channel.fetch_one(msgraph.folder_path(user_id, "inbox"), scope=user_id)
        except Unavailable as error:
            refused += error.code == "not_permitted"
            continue
        except RelationshipError:
            continue
        return Finding(part, Mark.BAD, "The second application can read a mailbox that is not declared.", _STEP)
    if not refused:
        told = "There is no other mailbox with which to try the scope of the second application."
        return Finding(part, Mark.WARNING, told, "Nothing to do if the organisation has no other mailbox.")
    return Finding(part, Mark.GOOD, "The second application is refused in other mailboxes, as intended.")


def _answers(channel: Channel, user_id: str) -> bool:
    try:
        channel.fetch_one(msgraph.folder_path(user_id, "inbox"), scope=user_id)
    except RelationshipError:
        return False
    return True
