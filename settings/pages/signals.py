"""The page of signals: from where on each is raised, which are switched off, and what a change would do."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response

from relationship.desk.detect import would_detect
from relationship.signals.catalogue import DETECTORS
from relationship.store import rules as stored
from settings.pages import sections, wording_signals
from settings.pages.shell import blueprint, whole_house
from settings.pages.versions import shown_version
from settings.rules import Signals
from settings.rules.signals import bounds
from web.house import house
from web.identity.members import for_admins
from web.signals import signal_words

HOME = "settings.signals"
NAMES = tuple(name for _title, words in wording_signals.GROUPS.values() for name in words)


@blueprint.get("/signals")
@for_admins
def signals() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    return _page(version, _shown(present.signals), present.signals.off)


@blueprint.post("/signals")
@for_admins
def save_signals() -> str | Response | tuple[str, int]:
    """Save; 422 with every threshold that cannot be."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    typed, off = _typed()
    section, faults = read(typed, off)
    if section is None:
        return _page(version, typed, off, faults), 422
    shown = _shown(base.signals) | {f"on-{one}": "1" for one in DETECTORS if one not in base.signals.off}
    wanted = base.model_copy(update={"signals": section})
    return sections.save(base, wanted, version=version, view="settings.save_signals", back=HOME, shown=shown)


@blueprint.post("/signals/effect")
@for_admins
def signals_effect() -> str:
    """How many signals there would be with these thresholds, and how many there are; nothing is written."""
    typed, off = _typed()
    section, faults = read(typed, off)
    lines: list[tuple[str, int, int]] = []
    if section is not None:
        found = would_detect(whole_house(), section)
        lines = [(signal_words.title(one), *found[one]) for one in DETECTORS if any(found[one])]
    totals = sum(before for _name, before, _after in lines), sum(after for _name, _before, after in lines)
    return render_template("settings/signals_effect.html", lines=lines, totals=totals, faults=faults)


def read(typed: Mapping[str, str], off: tuple[str, ...]) -> tuple[Signals | None, dict[str, str]]:
    """The section as it was typed, or what is wrong with which threshold."""
    values: dict[str, Any] = {"off": off}
    faults: dict[str, str] = {}
    defaults = Signals()
    for name in NAMES:
        text = typed[name].replace(",", ".").replace("\u202f", "").replace("\u00a0", "").strip()
        is_factor = isinstance(getattr(defaults, name), float)
        try:
            values[name] = float(text) if is_factor else int(text)
        except ValueError:
            faults[name] = "number"
    if faults:
        return None, faults
    try:
        return Signals.model_validate(values), {}
    except ValidationError as error:
        return None, {str(one["loc"][0]): "range" for one in error.errors() if one["loc"]}


def _typed() -> tuple[dict[str, str], tuple[str, ...]]:
    off = tuple(one for one in DETECTORS if request.form.get(f"on-{one}") != "1")
    return {name: request.form.get(name, "")[:20] for name in NAMES}, off


def _shown(section: Signals) -> dict[str, str]:
    return {name: f"{getattr(section, name):g}" for name in NAMES}


def _page(version: int, typed: Mapping[str, str], off: tuple[str, ...], faults: Mapping[str, str] | None = None) -> str:
    limits = Signals().thresholds()
    return render_template(
        "settings/signals.html",
        version=version,
        typed=typed,
        off=off,
        faults=faults or {},
        groups=wording_signals.GROUPS,
        wrong=wording_signals.FAULTS,
        defaults=_shown(Signals()),
        bounds={name: bounds(name) for name in NAMES},
        factors={name for name in NAMES if isinstance(getattr(limits, name), float)},
        detectors=DETECTORS,
        signal_words=signal_words,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )
