"""The lists of a section whose entries have a key each: one is put in, taken out, moved up or down. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

LONGEST_KEY = 40


class Keyed(Protocol):
    """An entry of such a list."""

    @property
    def key(self) -> str: ...


Entry = TypeVar("Entry", bound=Keyed)


def new_key(name: str, taken: Iterable[str]) -> str:
    """A key made of a name, unlike those taken.

    >>> new_key("Demander un avis d’abord", []), new_key("Court", ["court"]), new_key("?", [])
    ('demander-un-avis-d-abord', 'court-2', 'texte')
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    base = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")[: LONGEST_KEY - 3].strip("-") or "texte"
    used = set(taken)
    number, key = 1, base
    while key in used:
        number += 1
        key = f"{base}-{number}"
    return key


def own_key(key: str, name: str, entries: Iterable[Keyed]) -> str:
    """The key of the entry that is edited under `key`: its own when it is there, one made of its name for a new one."""
    taken = [one.key for one in entries]
    return key if key in taken else new_key(name, taken)


def placed(entries: Sequence[Entry], one: Entry) -> tuple[Entry, ...]:
    """The entries with this one in the place of the one with its key, or at the end."""
    if one.key not in {other.key for other in entries}:
        return (*entries, one)
    return tuple(one if other.key == one.key else other for other in entries)


def without(entries: Iterable[Entry], key: str) -> tuple[Entry, ...]:
    return tuple(one for one in entries if one.key != key)


def moved(
    entries: Sequence[Entry], key: str, step: int, *, among: Callable[[Entry], object] = lambda _one: None
) -> tuple[Entry, ...]:
    """The entries with one a step earlier (-1) or later (1) among those alike in `among`; at the end it stays."""
    order = list(entries)
    here = next((place for place, one in enumerate(order) if one.key == key), None)
    if here is None:
        return tuple(order)
    peers = [place for place, one in enumerate(order) if among(one) == among(order[here])]
    there = peers.index(here) + step
    if 0 <= there < len(peers):
        order[here], order[peers[there]] = order[peers[there]], order[here]
    return tuple(order)
