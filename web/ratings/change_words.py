"""Changes of ratings and trends in the reader's language: what changed, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from relationship.health.changes import Cause, What
from relationship.health.score import BANDS
from relationship.health.trend import TRENDS
from relationship.store.ratings.rating_changes import Change
from web import words
from web.texts import _

_ORDER = {What.RATING.value: [str(band) for band in BANDS], What.TREND.value: [str(trend) for trend in TRENDS]}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change as a reader sees it. title: what changed; why: one sentence; rose: for the better."""

    change: Change
    title: str
    why: str
    rose: bool


def lines(changes: Sequence[Change]) -> tuple[ChangeLine, ...]:
    return tuple(line(one) for one in changes)


def line(change: Change) -> ChangeLine:
    """One change with its sentences."""
    order = _ORDER[change.what]
    rose = order.index(change.after) < order.index(change.before)
    return ChangeLine(change, _title(change), _why(change, rose=rose), rose)


def _title(change: Change) -> str:
    names = words.RATINGS if change.what == What.RATING else words.TRENDS
    said = {"before": names[change.before], "after": names[change.after]}
    if change.what == What.RATING:
        return _("Rating: %(before)s, now %(after)s", **said)
    return _("Trend: %(before)s, now %(after)s", **said)


def _why(change: Change, *, rose: bool) -> str:
    cause = Cause(change.cause)
    if cause is Cause.ACTIVITY:
        return _("New activities: %(kinds)s.", kinds=", ".join(str(words.KIND_PLURALS[kind]) for kind in change.kinds))
    if cause is Cause.RULES:
        return _("The rules of the organisation changed (version %(version)s).", version=change.rules_version)
    if cause is Cause.OWNER:
        return _("The owner changed, so other activities count.")
    if cause is Cause.CORRECTION:
        return _("Activities of earlier days were added, corrected or removed.")
    if change.what == What.RATING:
        return _("Nothing happened that would have held the rating.")
    return _("The decline has run out.") if rose else _("Less contact than in the weeks before.")
