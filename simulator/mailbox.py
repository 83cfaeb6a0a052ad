"""One mailbox: its folder tree and the copies of mails that lie in it, with a log of every change.

A mail (a `WorldActivity` of kind e-mail) is what really was sent; a copy is how it lies in one mailbox.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from simulator.changelog import ChangeLog, What
from simulator.world import WorldActivity, WorldStatus


class MailboxState(StrEnum):
    """AVAILABLE answers; UNAVAILABLE has no licence (404); FORBIDDEN is outside our scope (403)."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    FORBIDDEN = "forbidden"


class Folder:
    """A mail folder. `well_known` is Microsoft's language-free name, None for folders people made."""

    __slots__ = ("copies", "id", "is_hidden", "is_search", "log", "name", "parent", "well_known")

    def __init__(
        self,
        folder_id: str,
        name: str,
        parent: "Folder | None",
        *,
        well_known: str | None = None,
        is_search: bool = False,
    ) -> None:
        self.id = folder_id
        self.name = name
        self.parent = parent
        self.well_known = well_known
        self.is_search = is_search
        self.is_hidden = is_search
        self.copies: dict[int, Copy] = {}
        self.log: ChangeLog[Copy] = ChangeLog()


@dataclass(slots=True)
class Copy:
    """A mail as it lies in one mailbox.

    generation: counts its moves; the default id follows it, the immutable id does not.
    version: of the last change; folder is None once the copy is deleted.
    """

    serial: int
    mail: WorldActivity
    folder: Folder | None
    received_at: datetime
    is_read: bool
    version: int
    generation: int = 0
    is_flagged: bool = False

    @property
    def is_draft(self) -> bool:
        return self.mail.status is WorldStatus.DRAFT


# name, well-known name, name of the parent; the user folders are those a French seller might make.
_FOLDERS: tuple[tuple[str, str | None, str], ...] = (
    ("Boîte de réception", "inbox", "msgfolderroot"),
    ("Éléments envoyés", "sentitems", "msgfolderroot"),
    ("Brouillons", "drafts", "msgfolderroot"),
    ("Éléments supprimés", "deleteditems", "msgfolderroot"),
    ("Courrier indésirable", "junkemail", "msgfolderroot"),
    ("Archive", "archive", "msgfolderroot"),
    ("Boîte d’envoi", "outbox", "msgfolderroot"),
    ("Clients", None, "inbox"),
    ("À relancer", None, "Clients"),
)
WELL_KNOWN = (
    "archive", "clutter", "conflicts", "conversationhistory", "deleteditems", "drafts", "inbox", "junkemail",
    "localfailures", "msgfolderroot", "outbox", "recoverableitemsdeletions", "scheduled", "searchfolders",
    "sentitems", "serverfailures", "syncissues",
)  # fmt: skip
_SEARCH_FOLDER = "Non lus"
_FIRST_VERSION = 1


@dataclass(slots=True)
class Mailbox:
    """The mailbox of one user. `version` counts its changes; `token_epoch` the times its tokens expired."""

    owner_id: str
    state: MailboxState = MailboxState.AVAILABLE
    version: int = _FIRST_VERSION
    token_epoch: int = 0
    folders: dict[str, Folder] = field(default_factory=dict)
    folder_log: ChangeLog[Folder] = field(default_factory=ChangeLog)
    copies: dict[int, Copy] = field(default_factory=dict)
    root: Folder = field(init=False)
    _folders_made: int = 0
    _last_serial: int = 0
    _by_mail: dict[str, list[Copy]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = Folder(self._folder_id("msgfolderroot"), "Racine", None, well_known="msgfolderroot")
        known = {"msgfolderroot": self.root}
        for name, well_known, parent in _FOLDERS:
            folder = Folder(self._folder_id(well_known or name), name, known[parent], well_known=well_known)
            known[well_known or name] = folder
            self._enter(folder)
        self._enter(Folder(self._folder_id(_SEARCH_FOLDER), _SEARCH_FOLDER, self.root, is_search=True))

    # Folders

    def folder(self, key: str) -> Folder | None:
        """By id, by well-known name, or by display name for folders that people made."""
        if key == self.root.id or key == self.root.well_known:
            return self.root
        found = self.folders.get(key)
        return found or next((f for f in self.folders.values() if key in (f.well_known, f.name)), None)

    def children(self, parent: Folder) -> list[Folder]:
        return [folder for folder in self.folders.values() if folder.parent is parent]

    def new_folder(self, name: str, parent: Folder) -> Folder:
        self._folders_made += 1
        folder = Folder(self._folder_id(f"{self._folders_made}:{name}"), name, parent)
        self.version += 1
        self._enter(folder)
        return folder

    def rename_folder(self, folder: Folder, name: str) -> None:
        folder.name = name
        self.version += 1
        self.folder_log.note(self.version, What.WRITTEN, folder)

    def nest_folder(self, folder: Folder, parent: Folder) -> None:
        folder.parent = parent
        self.version += 1
        self.folder_log.note(self.version, What.WRITTEN, folder)

    def delete_folder(self, folder: Folder) -> None:
        """Deletes the folder for good, with everything in it."""
        for child in self.children(folder):
            self.delete_folder(child)
        for copy in list(folder.copies.values()):
            self.delete(copy)
        del self.folders[folder.id]
        self.version += 1
        self.folder_log.note(self.version, What.GONE, folder)

    def _enter(self, folder: Folder) -> None:
        self.folders[folder.id] = folder
        self.folder_log.note(self.version, What.WRITTEN, folder)

    def _folder_id(self, name: str) -> str:
        digest = sha256(f"{self.owner_id}:{name}".encode()).digest()
        return "AQMk" + urlsafe_b64encode(digest[:30]).decode() + "AAAA="

    # Mail

    def copies_of(self, mail_id: str) -> list[Copy]:
        return list(self._by_mail.get(mail_id, ()))

    def all_copies(self) -> Iterator[Copy]:
        return iter(self.copies.values())

    def first_add(self, mail: WorldActivity, folder: Folder, *, received_at: datetime, is_read: bool) -> Copy:
        """Adds a mail of the time before the simulation began: it is part of the first version."""
        return self._add(mail, folder, received_at, is_read)

    def add(self, mail: WorldActivity, folder: Folder, *, received_at: datetime, is_read: bool) -> Copy:
        self.version += 1
        return self._add(mail, folder, received_at, is_read)

    def _add(self, mail: WorldActivity, folder: Folder, received_at: datetime, is_read: bool) -> Copy:
        self._last_serial += 1
        copy = Copy(self._last_serial, mail, folder, received_at, is_read, self.version)
        self.copies[copy.serial] = copy
        self._by_mail.setdefault(mail.id, []).append(copy)
        folder.copies[copy.serial] = copy
        folder.log.note(self.version, What.WRITTEN, copy)
        return copy

    def move(self, copy: Copy, target: Folder) -> None:
        if copy.folder is target or copy.folder is None:
            return
        self._leave(copy, copy.folder)
        copy.generation += 1
        copy.folder = target
        target.copies[copy.serial] = copy
        target.log.note(self.version, What.WRITTEN, copy, copy.generation)

    def edit(self, copy: Copy, mail: WorldActivity) -> None:
        copy.mail = mail
        self._change(copy, What.WRITTEN)

    def mark(self, copy: Copy, *, is_read: bool) -> None:
        copy.is_read = is_read
        self._change(copy, What.TOUCHED)

    def flag(self, copy: Copy) -> None:
        copy.is_flagged = True
        self._change(copy, What.TOUCHED)

    def delete(self, copy: Copy) -> None:
        if copy.folder is None:
            return
        self._leave(copy, copy.folder)
        copy.folder = None
        del self.copies[copy.serial]
        self._by_mail[copy.mail.id].remove(copy)

    def _leave(self, copy: Copy, folder: Folder) -> None:
        self.version += 1
        copy.version = self.version
        del folder.copies[copy.serial]
        folder.log.note(self.version, What.GONE, copy, copy.generation)

    def _change(self, copy: Copy, what: What) -> None:
        if copy.folder is None:
            return
        self.version += 1
        copy.version = self.version
        copy.folder.log.note(self.version, what, copy, copy.generation)
