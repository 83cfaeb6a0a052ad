"""The groups of the directory: their members, and the groups inside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator import identity
from simulator.people import UnknownNameError


@dataclass(slots=True)
class DirectoryGroup:
    """id: GUID; person_ids: of the world; inner: ids of groups whose members count too."""

    id: str
    name: str
    person_ids: tuple[str, ...]
    inner: tuple[str, ...] = ()


class Groups:
    """The groups by GUID."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._groups: dict[str, DirectoryGroup] = {}

    def __iter__(self) -> Iterator[DirectoryGroup]:
        return iter(self._groups.values())

    def put(self, name: str, person_ids: Sequence[str], *, inner: Sequence[str] = ()) -> DirectoryGroup:
        """A new group, or other members for the one of this name. inner: names of other groups."""
        key = identity.group(self._domain, name)
        within = tuple(self.named(other).id for other in inner)
        self._groups[key] = DirectoryGroup(key, name, tuple(person_ids), within)
        return self._groups[key]

    def find(self, key: str) -> DirectoryGroup | None:
        return self._groups.get(key.lower())

    def named(self, name: str) -> DirectoryGroup:
        found = self.find(identity.group(self._domain, name))
        if found is None:
            raise UnknownNameError(f"no group {name}")
        return found

    def remove(self, name: str) -> None:
        del self._groups[self.named(name).id]

    def all_members(self, group: DirectoryGroup) -> list[str]:
        """The person ids in a group and in the groups inside it, each once, sorted; circles do no harm."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [group.id]
        while waiting:
            inside = self._groups.get(waiting.pop())
            if inside is None or inside.id in seen:
                continue
            seen.add(inside.id)
            found |= set(inside.person_ids)
            waiting += inside.inner
        return sorted(found)
