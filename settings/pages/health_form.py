"""Reading the form of relationship health: what was typed becomes a section, or faults with their fields. Pure.

The form says what differs from the version it was shown for: an override that it does not name stays, one
that it names without a frequency goes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from relationship.activities import KINDS
from relationship.health.rules import WEIGHT_MAX, WEIGHT_MIN, Frequency
from settings.rules import BandsForm, HealthSection, Overrides, WeightsForm

_WHOLE = re.compile(r"[0-9]{1,4}")
_FREQUENCIES = {str(int(one)): int(one) for one in Frequency}
# The lists of overrides, and how the fields of their lines begin.
LISTS = {"teams": "team:", "segments": "segment:", "records": "record:"}
# A line to be added by a browser without scripts: which, and how often.
ADDED = {"teams": "added-team", "segments": "added-segment", "records": "added-record"}

Leaf = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """field: the name of the control; code: what is wrong with it; entered: what was typed."""

    field: str
    code: str
    entered: str


@dataclass(frozen=True, slots=True)
class Read:
    """section: what the form asks for, with the value of before wherever there is a fault."""

    section: HealthSection
    faults: tuple[Fault, ...] = ()


def read(form: Mapping[str, str], base: HealthSection) -> Read:
    """The section that the form asks for, starting from `base`, the one that it was shown for."""
    faults: list[Fault] = []
    weights = {
        kind.value: _number(form, f"weight-{kind.value}", getattr(base.weights, kind.value), faults, "weight")
        for kind in KINDS
    }
    bands = _bands(form, base.bands, faults)
    overrides = _overrides(form, base.overrides, faults)
    section = HealthSection(
        enabled=form.get("enabled") == "1",
        weights=WeightsForm(**weights),
        frequency=_frequency(form, "frequency", base.frequency, faults),
        bands=bands,
        overrides=overrides,
    )
    return Read(section, tuple(faults))


def fields(section: HealthSection, base: HealthSection) -> dict[str, str]:
    """The form that asks for `section` when it is read over `base`: `read(fields(s, b), b).section == s`."""
    form = {f"weight-{kind.value}": str(getattr(section.weights, kind.value)) for kind in KINDS}
    form |= {
        "frequency": str(section.frequency),
        "good-min": str(section.bands.good),
        "fair-max": str(section.bands.good - 1),
        "fair-min": str(section.bands.fair),
        "poor-max": str(section.bands.fair - 1),
    }
    if section.enabled:
        form["enabled"] = "1"
    for name, prefix in LISTS.items():
        wanted, present = getattr(section.overrides, name), getattr(base.overrides, name)
        for key in present.keys() | wanted.keys():
            if wanted.get(key) != present.get(key):
                form[prefix + key] = str(wanted.get(key, ""))
    return form


def leaves(section: HealthSection) -> dict[Leaf, Any]:
    """Every single value by its place, as ('weights', 'email') or ('overrides', 'segments', 'Industrie')."""
    found: dict[Leaf, Any] = {("enabled",): section.enabled, ("frequency",): section.frequency}
    found |= {("weights", name): value for name, value in section.weights.model_dump().items()}
    found |= {("bands", name): value for name, value in section.bands.model_dump().items()}
    for name in LISTS:
        found |= {("overrides", name, key): value for key, value in getattr(section.overrides, name).items()}
    return found


def changed(before: HealthSection, after: HealthSection) -> list[Leaf]:
    """The places whose values differ, those of `before` first."""
    old, new = leaves(before), leaves(after)
    return [leaf for leaf in {**old, **new} if old.get(leaf) != new.get(leaf)]


def merged(base: HealthSection, mine: HealthSection, theirs: HealthSection) -> HealthSection:
    """What `mine` changed since `base`, on top of `theirs`.

    Limits that do not fit together any more are taken from `mine`, both of them.
    """
    wanted, result = leaves(mine), leaves(theirs)
    for leaf in changed(base, mine):
        if leaf in wanted:
            result[leaf] = wanted[leaf]
        else:
            result.pop(leaf, None)
    if result["bands", "fair"] >= result["bands", "good"]:
        result["bands", "fair"], result["bands", "good"] = mine.bands.fair, mine.bands.good
    return HealthSection(
        enabled=result["enabled",],
        frequency=result["frequency",],
        weights=WeightsForm(**_under(result, "weights")),
        bands=BandsForm(**_under(result, "bands")),
        overrides=Overrides(**{name: _under(result, "overrides", name) for name in LISTS}),
    )


def _under(values: Mapping[Leaf, Any], *place: str) -> dict[str, Any]:
    return {leaf[-1]: value for leaf, value in values.items() if leaf[:-1] == place}


def _number(form: Mapping[str, str], field: str, present: int, faults: list[Fault], what: str) -> int:
    """A whole number within its range; the present one, with a fault noted, where it is none."""
    text = form.get(field, str(present)).strip()
    low, high = (WEIGHT_MIN, WEIGHT_MAX) if what == "weight" else (0, 100)
    if _WHOLE.fullmatch(text) and low <= int(text) <= high:
        return int(text)
    faults.append(Fault(field, f"{what}_range", text[:20]))
    return present


def _frequency(form: Mapping[str, str], field: str, present: int, faults: list[Fault]) -> int:
    text = form.get(field, str(present))
    if text in _FREQUENCIES:
        return _FREQUENCIES[text]
    faults.append(Fault(field, "frequency_unknown", text[:20]))
    return present


def _bands(form: Mapping[str, str], present: BandsForm, faults: list[Fault]) -> BandsForm:
    good = _limit(form, "good-min", "fair-max", present.good, faults)
    fair = _limit(form, "fair-min", "poor-max", present.fair, faults)
    if faults and any(fault.field in _BAND_FIELDS for fault in faults):
        return present
    if not 0 < fair < good:
        field = "fair-min" if fair != present.fair else "good-min"
        faults.append(Fault(field, "band_order", str(fair if field == "fair-min" else good)))
        return present
    return BandsForm(good=good, fair=fair)


_BAND_FIELDS = frozenset({"good-min", "fair-max", "fair-min", "poor-max"})


def _limit(form: Mapping[str, str], minimum: str, maximum: str, present: int, faults: list[Fault]) -> int:
    """One limit from the two boxes that show it: the one that was changed says it; both must agree."""
    low = _number(form, minimum, present, faults, "band")
    high = _number(form, maximum, present - 1, faults, "band") + 1
    if present not in (low, high) and low != high:
        faults.append(Fault(maximum, "band_gap", form.get(maximum, "")[:20]))
        return present
    return high if low == present else low


def _overrides(form: Mapping[str, str], present: Overrides, faults: list[Fault]) -> Overrides:
    """The lists of `present` with the lines of the form; a list that is refused as a whole stays as it was."""
    result: dict[str, dict[str, int]] = {}
    for name, prefix in LISTS.items():
        lines = dict(getattr(present, name))
        for field, key, text in _lines(form, name, prefix):
            if not text:
                lines.pop(key, None)
            elif text in _FREQUENCIES:
                lines[key] = _FREQUENCIES[text]
            else:
                faults.append(Fault(field, "frequency_unknown", text[:20]))
        try:
            result[name] = getattr(Overrides(**{name: lines}), name)
        except ValidationError:
            faults.append(Fault(name, "override_unknown", ""))
            result[name] = getattr(present, name)
    return Overrides(**result)


def _lines(form: Mapping[str, str], name: str, prefix: str) -> Iterable[tuple[str, str, str]]:
    """Field, key and frequency of every line of one list that the form names."""
    for field, text in form.items():
        if field.startswith(prefix):
            yield field, field.removeprefix(prefix), text
    added = form.get(ADDED[name], "")
    if added:
        yield ADDED[name], added, form.get(f"{ADDED[name]}-frequency", "")
