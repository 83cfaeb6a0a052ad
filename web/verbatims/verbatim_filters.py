"""What a list of verbatims is narrowed to: from the address to a wish, and what may be chosen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import request
from flask_babel import lazy_gettext as _l

from relationship.store.verbatims.verbatim_lists import RECOMMENDATIONS, SATISFACTIONS, Wish
from web.house import today
from web.identity.members import member
from web.verbatims import verbatim_words

LONGEST_SEARCH = 100
MOST_COLUMNS = 8
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
USUAL_DAYS = "365"
SATISFACTION_WORDS = {
    "high": _l("High (80 to 100)"),
    "middle": _l("Middling (41 to 79)"),
    "low": _l("Low (up to 40)"),
}
RECOMMENDATION_WORDS = {
    "promoter": _l("Promoters (9 and 10)"),
    "passive": _l("Passives (7 and 8)"),
    "detractor": _l("Detractors (0 to 6)"),
}
SPEAKERS = {"unknown": _l("Unknown customers only")}
CHECKED = {
    "contradiction": _l("Words and score contradict"),
    "corrected": _l("Corrected by a person"),
}
_CHOICES: Mapping[str, Mapping[str, object]] = {
    "emotion": verbatim_words.EMOTIONS,
    "feeling": verbatim_words.FEELINGS,
    "threat": {"any": "", **verbatim_words.THREATS},
    "source": verbatim_words.SOURCES,
    "sensitivity": verbatim_words.SENSITIVITIES,
    "moment": verbatim_words.MOMENTS,
    "days": verbatim_words.PERIODS,
    "satisfaction": SATISFACTIONS,
    "recommendation": RECOMMENDATIONS,
    "speaker": SPEAKERS,
    "checked": CHECKED,
}
# Beside these, everything that is chosen stands among the further filters.
FIRST = frozenset({"q", "emotion", "feeling", "about", "threat", "days"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """values: by name in the address, '' for not chosen;  columns: value by filter column, as the address says."""

    values: Mapping[str, str]
    columns: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def narrowed(self) -> bool:
        return bool(self.columns) or any(value for name, value in self.values.items() if name != "days")

    @property
    def further(self) -> bool:
        """Something is chosen that does not stand in the first row."""
        told = {name for name, value in self.values.items() if value} - FIRST - {"account"}
        return bool(self.columns or told)

    def arguments(self) -> dict[str, object]:
        """For an address of the same list."""
        found: dict[str, object] = {name: value for name, value in self.values.items() if value or name == "days"}
        return found | ({"filter": [f"{name}={value}" for name, value in self.columns.items()]} if self.columns else {})

    def wish(self) -> Wish:
        values = self.values
        return Wish(
            emotion=values["emotion"],
            feeling=values["feeling"],
            theme=values["about"],
            sensitivity=values["sensitivity"],
            moment=values["moment"],
            threat=values["threat"],
            source=values["source"],
            account=values["account"],
            since=today() - int(values["days"]) if values["days"] else None,
            text=values["q"],
            unknown=member().imports,
            speaker=values["speaker"],
            satisfaction=values["satisfaction"],
            recommendation=values["recommendation"],
            filters=self.columns,
            checked=values["checked"],
        )


def chosen() -> Chosen:
    """The filters in the address; what is not known counts as not chosen."""
    found = {name: _one_of(name, words) for name, words in _CHOICES.items()}
    days = request.args.get("days", USUAL_DAYS)
    found["days"] = days if days in _CHOICES["days"] else USUAL_DAYS
    # `theme` in an address is the look of the page.
    about = request.args.get("about", "")
    found["about"] = about if any(path == about for _, path in verbatim_words.themes()) else ""
    account = request.args.get("account", "")
    found["account"] = account if _GUID.fullmatch(account) else ""
    found["q"] = " ".join(request.args.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH]
    if not member().imports:
        found["speaker"] = ""
    return Chosen(found, _columns())


def everything_of(wish: Wish) -> Wish:
    """The same list without filter columns: what they may be chosen from."""
    return replace(wish, filters={})


def _one_of(name: str, known: Mapping[str, object]) -> str:
    value = request.args.get(name, "")
    return value if value in known else ""


def _columns() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in request.args.getlist("filter")[:MOST_COLUMNS]:
        name, sign, value = one.replace("\x00", "").partition("=")
        if sign and name and value:
            found[name[:LONGEST_SEARCH]] = value[:500]
    return found
