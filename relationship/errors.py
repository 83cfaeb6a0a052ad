"""Errors, grouped by who must act next. Each says what happened and what to do about it.

Messages never hold an address, a subject or a secret: ids and counts only.
"""


class RelationshipError(Exception):
    """Base of all errors meant for a reader. `exit_code` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, *, next_step: str, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.code = code or type(self).__name__


class TryLater(RelationshipError):
    """Nobody has to act: Microsoft asks for patience, or the network failed."""

    exit_code = 75

    def __init__(self, message: str, *, next_step: str, code: str = "", wait_seconds: float | None = None) -> None:
        super().__init__(message, next_step=next_step, code=code)
        self.wait_seconds = wait_seconds


class CursorExpired(RelationshipError):
    """The next run acts: Microsoft dropped our place, the full set is read again and compared."""


class Unavailable(RelationshipError):
    """The owner of one mailbox acts: it is switched off, unlicensed or out of our scope."""


class BadItem(RelationshipError):
    """Nobody acts: one item cannot be read; it goes to quarantine and the rest goes on."""


class Reconnect(RelationshipError):
    """The administrator of Microsoft 365 acts: credentials or consent no longer work."""

    exit_code = 77


class FixSettings(RelationshipError):
    """The operator acts: a setting, file or command line is wrong."""

    exit_code = 78


class Conflict(RelationshipError):
    """Whoever wanted to save acts: somebody else saved first. `version` is the one in force now."""

    exit_code = 75

    def __init__(self, message: str, *, next_step: str, version: int, code: str = "") -> None:
        super().__init__(message, next_step=next_step, code=code)
        self.version = version


class SyncIsOff(RelationshipError):
    """The sales admin acts: whose mailboxes may be read, or the date of the consultation, is not set yet."""

    exit_code = 69


class StorageTrouble(RelationshipError):
    """The operator acts: the disk is full or the database cannot be reached; nothing is half-written."""

    exit_code = 74
