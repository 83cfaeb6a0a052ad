"""The form of the exclusions: what it adds to and removes from the lists that it was shown for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from settings.rules import Exclusions

LISTS = ("colleagues", "groups", "contacts", "accounts", "domains")


@dataclass(frozen=True, slots=True)
class Fault:
    """field: the list; code: as `wording_lists` words it; entered: what cannot be in it, '' for the list itself."""

    field: str
    code: str
    entered: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """section: with everything that can be kept; faults: what cannot."""

    section: Exclusions
    faults: tuple[Fault, ...] = ()


def read(form: Mapping[str, Sequence[str]], base: Exclusions) -> Read:
    """The lists of `base` with what the form adds and without what it removes.

    form  all values by name: `add-<list>` and `remove-<list>`
    """
    wanted = {
        name: [
            *(key for key in getattr(base, name) if key not in set(form.get(f"remove-{name}", ()))),
            *_added(form, name),
        ]
        for name in LISTS
    }
    faults: list[Fault] = []
    while True:
        try:
            return Read(Exclusions.model_validate(wanted), tuple(faults))
        except ValidationError as error:
            places = [(found["loc"], found["type"]) for found in error.errors(include_context=False)]
        for place, code in sorted(places, reverse=True):
            faults.append(_drop(wanted, place, code, base))


def _added(form: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return [text for text in form.get(f"add-{name}", ()) if text.strip()]


def _drop(wanted: dict[str, list[str]], place: tuple[int | str, ...], code: str, base: Exclusions) -> Fault:
    """Take what cannot be kept out of the lists, the last first, so that the rest can."""
    name = str(place[0])
    if len(place) > 1:
        return Fault(name, code, wanted[name].pop(int(place[1])))
    wanted[name] = list(getattr(base, name))
    return Fault(name, code)
