"""The simulated organisation: a world that lives, with its directory, its mailboxes and all that can happen.

A mailbox is built from the world when it is first looked at, so a large world starts quickly.
People are named by the world's person id, by GUID or by any of their addresses.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from relationship.activities import Kind
from simulator import identity
from simulator.calendars import Calendars
from simulator.calls import Calls
from simulator.directory import Directory, User
from simulator.expiry import Expiry
from simulator.feedback import Feedback
from simulator.groups import Groups
from simulator.headers import Headers, headers_of
from simulator.mailbox import Copy, Folder, Mailbox, MailboxState
from simulator.outbox import Handed
from simulator.people import People, UnknownNameError
from simulator.tasks import Tasks
from simulator.world import Person, Side, Source, World, WorldActivity, WorldStatus

# A reader leaves these folders alone: what lies in them is not (or not yet) correspondence.
UNREAD_FOLDERS = frozenset({"drafts", "junkemail", "outbox"})


class Organisation:
    """Live state of one world. Hold `lock` while reading several things that must fit together.

    now: the organisation's time, the end of the world at first; it stands still unless set.
    handed: the mails that people sent or drafted through the APIs, in order
    token_epoch: how often all delta tokens expired at once.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = world.now
        self.tenant_id = identity.guid("tenant", world.organisation_domain)
        self.client_id = identity.guid("application", world.organisation_domain)
        self.feedback = Feedback(world.organisation_domain, world.feedback_mailboxes, world.bodies)
        self.lock = threading.RLock()
        self.directory = Directory()
        self.expiry = Expiry()
        self.token_epoch = 0
        self.people = People(world)
        self.groups = Groups(world.organisation_domain)
        for group in world.groups:
            self.groups.put(group.name, group.person_ids)
        self.calendars = Calendars(world, self.people, self.directory, self.lock)
        self.calls = Calls(world, self.people, self.calendars, self.lock)
        self.tasks = Tasks(world, self.people, self.directory, self.lock, mailbox=self.mailbox, now=lambda: self.now)
        self.handed: list[Handed] = []
        self._headers: dict[str, Headers] = {}
        self._spelt: dict[tuple[str, str], str] = {}
        for person in world.people:
            if person.is_colleague:
                self.directory.first_add(person)
        self._mails = [a for a in world.activities if a.kind is Kind.EMAIL and a.source is not Source.DATAVERSE]
        self._held = self._who_holds_what()
        self._mailboxes: dict[str, Mailbox] = {}

    def _who_holds_what(self) -> dict[str, list[int]]:
        """Per colleague the places (in `_mails`) of the mails that lie in the mailbox, oldest first."""
        held: dict[str, list[int]] = {p.id: [] for p in self.world.people if p.is_colleague}
        for place, mail in enumerate(self._mails):
            if mail.status is WorldStatus.DRAFT:
                holders: Iterable[str] = (mail.from_id,)
            elif mail.status is WorldStatus.DONE:
                holders = {mail.from_id, *mail.to_ids, *mail.cc_ids}
            else:
                continue
            for person_id in holders:
                if person_id in held:
                    held[person_id].append(place)
        return held

    # People

    def person(self, key: str) -> Person:
        """The person with this id or address."""
        return self.people.person(key)

    def user(self, key: str) -> User:
        found = self.directory.find(key)
        if found is None:
            raise UnknownNameError(f"no user {key}")
        return found

    def new_user(self, name: str, email: str, *, aliases: Sequence[str] = (), purpose: str = "user") -> User:
        """Somebody joins, with an empty mailbox. purpose: user, shared, room or equipment."""
        with self.lock:
            title = "" if purpose == "user" else purpose
            person = Person(self.people.new_id("colleague"), email, name, Side.COLLEAGUE, None, title, tuple(aliases))
            self.people.enter(person)
            self._held[person.id] = []
            return self.directory.add(person)

    def disable_user(self, key: str) -> None:
        with self.lock:
            self.directory.enable(self.user(key), enabled=False)

    def rename_user(self, key: str, user_principal_name: str) -> None:
        with self.lock:
            self.directory.rename(self.user(key), user_principal_name)

    def remove_user(self, key: str) -> None:
        with self.lock:
            self.directory.remove(self.user(key))

    # Mailboxes

    def mailbox(self, key: str) -> Mailbox:
        """The mailbox of a user, built from the world the first time."""
        with self.lock:
            user = self.user(key)
            mailbox = self._mailboxes.get(user.id)
            if mailbox is None:
                mailbox = self._mailboxes[user.id] = self._build_mailbox(user)
            return mailbox

    def _build_mailbox(self, user: User) -> Mailbox:
        mailbox = Mailbox(user.id)
        for place in self._held[user.person_id]:
            mail = self._mails[place]
            for folder, received_at in _first_places(mailbox, mail, user.person_id):
                copy = mailbox.first_add(mail, folder, received_at=received_at, is_read=True)
                copy.is_flagged = _is_flagged_at_first(mail, user.person_id)
        return mailbox

    def set_mailbox(self, key: str, state: MailboxState) -> None:
        self.mailbox(key).state = state

    def expire_tokens(self, key: str | None = None, *, how: Expiry | None = None) -> None:
        """Every delta token handed out so far (for one mailbox, or all and the directory) is refused."""
        with self.lock:
            self.expiry = how or self.expiry
            if key is None:
                self.token_epoch += 1
            else:
                self.mailbox(key).token_epoch += 1

    # Mail

    def deliver(
        self,
        sender: str,
        to: Sequence[str],
        *,
        cc: Sequence[str] = (),
        at: datetime | None = None,
        received_at: datetime | None = None,
        subject: str = "",
        conversation_id: str = "",
        headers: Headers | None = None,
        bcc: Sequence[str] = (),
        body: str = "",
    ) -> WorldActivity:
        """A mail is sent: it appears in the sender's Sent Items and in the inbox of every colleague on it.

        at: sending instant (now when None); received_at: for a mail that arrives late
        headers: pairs of name and value in place of those that follow by rule; bcc: colleagues who get it unseen
        body: its words, plain or HTML
        """
        with self.lock:
            mail = self._write(sender, to, cc, at or self.now, subject, conversation_id, WorldStatus.DONE)
            for key in (sender, *to, *cc):
                if "@" in key:
                    self._spelt[mail.id, self.person(key).id] = key
            if body:
                self.feedback.bodies[mail.id] = body
            if headers is not None:
                self._headers[mail.id] = tuple((name, value) for name, value in headers)
            for key in bcc:
                unseen = self.mailbox(key)
                unseen.add(mail, _folder(unseen, "inbox"), received_at=received_at or mail.at, is_read=False)
            self._distribute(mail, received_at)
            return mail

    def save_draft(self, sender: str, to: Sequence[str], *, subject: str = "") -> WorldActivity:
        with self.lock:
            mail = self._write(sender, to, (), self.now, subject, "", WorldStatus.DRAFT)
            mailbox = self.mailbox(mail.from_id)
            mailbox.add(mail, _folder(mailbox, "drafts"), received_at=mail.at, is_read=True)
            return mail

    def send_draft(self, mail_id: str) -> WorldActivity:
        """The draft moves to Sent Items and reaches the colleagues among its recipients."""
        with self.lock:
            for mailbox, copy in self._copies(mail_id):
                sent = replace(copy.mail, status=WorldStatus.DONE, at=self.now)
                mailbox.edit(copy, sent)
                mailbox.move(copy, _folder(mailbox, "sentitems"))
                self._distribute(sent, None, to_sender=False)
                return sent
            raise UnknownNameError(f"no draft {mail_id}")

    def _write(
        self,
        sender: str,
        to: Sequence[str],
        cc: Sequence[str],
        at: datetime,
        subject: str,
        conversation_id: str,
        status: WorldStatus,
    ) -> WorldActivity:
        return WorldActivity(
            id=self.people.new_id("mail"),
            kind=Kind.EMAIL,
            at=at,
            minutes=None,
            from_id=self.people.person_for(sender).id,
            to_ids=tuple(self.people.person_for(key).id for key in to),
            cc_ids=tuple(self.people.person_for(key).id for key in cc),
            regarding_id=None,
            source=Source.MSGRAPH,
            status=status,
            conversation_id=conversation_id,
            subject=subject,
        )

    def _distribute(self, mail: WorldActivity, received_at: datetime | None, *, to_sender: bool = True) -> None:
        for person_id in sorted({mail.from_id, *mail.to_ids, *mail.cc_ids} & self._held.keys()):
            if self.directory.find(person_id) is None:
                continue
            mailbox = self.mailbox(person_id)
            if person_id == mail.from_id and to_sender:
                mailbox.add(mail, _folder(mailbox, "sentitems"), received_at=mail.at, is_read=True)
            if person_id in mail.to_ids or person_id in mail.cc_ids:
                arrived = received_at or mail.at
                mailbox.add(mail, _folder(mailbox, "inbox"), received_at=arrived, is_read=False)

    def headers_of(self, mail: WorldActivity) -> Headers:
        """The headers that tell a machine's mail from a person's."""
        given = self._headers.get(mail.id)
        return headers_of(mail, self.people) if given is None else given

    def address_on(self, mail: WorldActivity, person_id: str) -> str:
        """The address by which a mail names a person: the usual one, or as somebody wrote it on this mail."""
        return self._spelt.get((mail.id, person_id)) or self.person(person_id).email

    def held_by(self, person_id: str) -> int:
        """How many mails of the world lie in this mailbox, without building it."""
        return len(self._held.get(person_id, ()))

    def deliver_again(self, mail_id: str, key: str) -> None:
        """The same mail arrives a second time in one inbox."""
        with self.lock:
            mailbox, first = self._copy_in(mail_id, key)
            mailbox.add(first.mail, _folder(mailbox, "inbox"), received_at=first.received_at, is_read=False)

    def move(self, mail_id: str, key: str, folder: str) -> None:
        with self.lock:
            mailbox, copy = self._copy_in(mail_id, key)
            mailbox.move(copy, self.folder(key, folder))

    def edit(
        self,
        mail_id: str,
        *,
        to: Sequence[str] | None = None,
        cc: Sequence[str] | None = None,
        at: datetime | None = None,
        only: str | None = None,
    ) -> None:
        """Recipients or sending time change in all copies, or only in the mailbox of `only`."""
        with self.lock:
            for mailbox, copy in self._copies(mail_id):
                if only is None or mailbox.owner_id == self.user(only).id:
                    mail = copy.mail
                    to_ids = mail.to_ids if to is None else tuple(self.people.person_for(key).id for key in to)
                    cc_ids = mail.cc_ids if cc is None else tuple(self.people.person_for(key).id for key in cc)
                    mailbox.edit(copy, replace(mail, to_ids=to_ids, cc_ids=cc_ids, at=at or mail.at))

    def mark_read(self, mail_id: str, key: str, *, times: int = 1) -> None:
        """Read and unread in turn, `times` changes."""
        with self.lock:
            mailbox, copy = self._copy_in(mail_id, key)
            for _ in range(times):
                mailbox.mark(copy, is_read=not copy.is_read)

    def flag(self, mail_id: str, key: str) -> None:
        """A flag for follow-up; the mail appears among the tasks too."""
        with self.lock:
            mailbox, copy = self._copy_in(mail_id, key)
            self.tasks.of(mailbox.owner_id)
            mailbox.flag(copy)
            self.tasks.mirror_flag(mailbox.owner_id, copy.mail)

    def delete_mail(self, mail_id: str, key: str | None = None) -> None:
        """Hard delete: gone from every mailbox, or from that of one user."""
        with self.lock:
            for mailbox, copy in self._copies(mail_id):
                if key is None or mailbox.owner_id == self.user(key).id:
                    mailbox.delete(copy)

    def _copies(self, mail_id: str) -> list[tuple[Mailbox, Copy]]:
        for mail in self._mails:
            if mail.id == mail_id:
                for person_id in {mail.from_id, *mail.to_ids, *mail.cc_ids} & self._held.keys():
                    self.mailbox(person_id)
        found = [(box, copy) for box in self._mailboxes.values() for copy in box.copies_of(mail_id)]
        if not found:
            raise UnknownNameError(f"no copy of {mail_id}")
        return found

    def _copy_in(self, mail_id: str, key: str) -> tuple[Mailbox, Copy]:
        mailbox = self.mailbox(key)
        copies = mailbox.copies_of(mail_id)
        if not copies:
            raise UnknownNameError(f"no copy of {mail_id} in this mailbox")
        return mailbox, copies[0]

    # Folders

    def folder(self, key: str, folder: str) -> Folder:
        return _folder(self.mailbox(key), folder)

    def new_folder(self, key: str, name: str, *, parent: str = "msgfolderroot") -> Folder:
        with self.lock:
            return self.mailbox(key).new_folder(name, self.folder(key, parent))

    def rename_folder(self, key: str, folder: str, name: str) -> None:
        with self.lock:
            self.mailbox(key).rename_folder(self.folder(key, folder), name)

    def nest_folder(self, key: str, folder: str, parent: str) -> None:
        with self.lock:
            self.mailbox(key).nest_folder(self.folder(key, folder), self.folder(key, parent))

    def delete_folder(self, key: str, folder: str) -> None:
        with self.lock:
            self.mailbox(key).delete_folder(self.folder(key, folder))

    # Truth

    def truth(self) -> list[WorldActivity]:
        """The mails a perfect reader of all mailboxes holds now, oldest first, each once.

        A mail counts while one copy lies in a folder that is read; where copies differ after an edit of
        one of them, the sender's copy speaks, then the one first made.
        """
        with self.lock:
            found: dict[str, WorldActivity] = {}
            for user in self.directory:
                for copy in self.mailbox(user.id).all_copies():
                    if copy.is_draft or copy.folder is None or copy.folder.well_known in UNREAD_FOLDERS:
                        continue
                    if copy.mail.id not in found or copy.mail.from_id == user.person_id:
                        found[copy.mail.id] = copy.mail
            return sorted(found.values(), key=lambda mail: (mail.at, mail.id))

    def is_internal(self, mail: WorldActivity) -> bool:
        """Nobody on it is from outside: all are users or have an address in a domain of the organisation."""
        return all(
            self.person(person_id).email.rpartition("@")[2].lower() in self.world.domains
            or self.directory.find(person_id) is not None
            for person_id in (mail.from_id, *mail.to_ids, *mail.cc_ids)
        )


def _folder(mailbox: Mailbox, key: str) -> Folder:
    found = mailbox.folder(key)
    if found is None:
        raise UnknownNameError(f"no folder {key} in this mailbox")
    return found


def _first_places(mailbox: Mailbox, mail: WorldActivity, person_id: str) -> list[tuple[Folder, datetime]]:
    """Where a mail of the world lies in one mailbox, and when it came there: by rule, without chance."""
    if mail.status is WorldStatus.DRAFT:
        return [(_folder(mailbox, "drafts"), mail.at)]
    places = []
    if mail.from_id == person_id:
        places.append((_folder(mailbox, "sentitems"), mail.at))
    if person_id in mail.to_ids or person_id in mail.cc_ids:
        lot = crc32(f"{mail.id}:{person_id}".encode())
        filed = {0: "Clients", 1: "Clients", 2: "À relancer", 3: "archive"}.get(lot % 16, "inbox")
        places.append((_folder(mailbox, filed), mail.at + timedelta(seconds=1 + lot % 5)))
    return places


def _is_flagged_at_first(mail: WorldActivity, person_id: str) -> bool:
    """About one received mail in a hundred waits for somebody, by rule."""
    return mail.from_id != person_id and crc32(f"flag:{mail.id}:{person_id}".encode()) % 97 == 0
