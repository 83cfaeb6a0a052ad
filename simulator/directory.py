"""The directory of the organisation: its users, with a log of every change."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator import identity
from simulator.changelog import ChangeLog, What
from simulator.world import Person

# A person of the world with one of these for a job title is such a mailbox.
_PURPOSES = ("shared", "room", "equipment")


@dataclass(slots=True)
class User:
    """A directory object. id: GUID; aliases: further addresses beside `mail`.

    purpose: of its mailbox: user, shared, room, equipment, linked or others
    """

    id: str
    person_id: str
    display_name: str
    mail: str
    user_principal_name: str
    aliases: tuple[str, ...]
    job_title: str
    enabled: bool = True
    purpose: str = "user"


class Directory:
    """The users by GUID. `version` counts changes."""

    def __init__(self) -> None:
        self.version = 1
        self.log: ChangeLog[User] = ChangeLog()
        self._users: dict[str, User] = {}
        self._guid_by_name: dict[str, str] = {}

    def __iter__(self) -> Iterator[User]:
        return iter(self._users.values())

    def __len__(self) -> int:
        return len(self._users)

    def find(self, key: str) -> User | None:
        """By GUID, user principal name, address or alias, in any case; or by the world's person id."""
        return self._users.get(key.lower()) or self._users.get(self._guid_by_name.get(key.lower(), ""))

    def first_add(self, person: Person) -> User:
        """Adds a user of the time before the simulation began: it is part of the first version."""
        user = User(
            id=identity.msgraph_user(person.id),
            person_id=person.id,
            display_name=person.name,
            mail=person.email,
            user_principal_name=person.email,
            aliases=person.aliases,
            job_title="" if person.job_title in ("mailbox", *_PURPOSES) else person.job_title,
            purpose=person.job_title if person.job_title in _PURPOSES else "user",
        )
        self._users[user.id] = user
        for name in (*person.aliases, person.email, person.id):
            self._guid_by_name[name.lower()] = user.id
        self.log.note(self.version, What.WRITTEN, user)
        return user

    def add(self, person: Person) -> User:
        self.version += 1
        return self.first_add(person)

    def enable(self, user: User, *, enabled: bool) -> None:
        user.enabled = enabled
        self.changed(user)

    def rename(self, user: User, user_principal_name: str) -> None:
        """Another name to sign in with; the address stays."""
        user.user_principal_name = user_principal_name
        self._guid_by_name[user_principal_name.lower()] = user.id
        self.changed(user)

    def changed(self, user: User) -> None:
        self.version += 1
        self.log.note(self.version, What.WRITTEN, user)

    def remove(self, user: User) -> None:
        self.version += 1
        del self._users[user.id]
        self.log.note(self.version, What.GONE, user)
