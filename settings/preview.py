"""What a change of rules would do to the whole pipeline, before it is saved.

Computed from what ratings keep of contact days, so saving the same rules leaves exactly these scores and bands
(`relationship/desk/change_rules.py` rates with the same function of the same numbers). The pipeline here is the
open opportunities, on the day of the latest rating.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.health.contact_days import Ints
from relationship.health.explanation import Explanation, Points, TermName, explain, points_of
from relationship.health.rules import HealthRules
from relationship.health.score import (
    BANDS,
    NO_BAND,
    NO_SCORE,
    ScoreArrays,
    Standing,
    band_codes,
    scores_under,
    standing,
)
from relationship.health.states import has_score
from relationship.health.sums import DaySums
from relationship.house import House
from relationship.store import rules as stored
from relationship.store.activities import contact_days
from relationship.store.ratings import pipeline as pipelines
from relationship.store.ratings.pipeline import Pipeline
from settings.rules import HealthSection
from settings.rules.precedence import frequency_codes, rules_for

MOST_ROWS = 50
NONE = "none"
# A band by its code; the last one, code -1, is "no score".
_BAND_NAMES = (*(band.value for band in BANDS), NONE)


class Reason(StrEnum):
    """Why an opportunity changes its band, beside the terms of the explanation."""

    VOLUME = TermName.VOLUME.value
    MUTUALITY = TermName.MUTUALITY.value
    LATENESS = TermName.LATENESS.value
    FREQUENCY = "frequency"  # another rhythm is expected of it
    LIMITS = "limits"  # the bands moved, its score alone would not have changed its band
    SWITCH = "switch"  # relationship health is switched on or off


@dataclass(frozen=True, slots=True)
class Share:
    """count  opportunities;  share  of all, 0 .. 1;  values  what they are worth, by currency"""

    count: int
    share: float
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class BandEffect:
    """One band ('none': without a score) before and after."""

    band: str
    before: Share
    after: Share


@dataclass(frozen=True, slots=True)
class Move:
    """How many opportunities go from one band to another."""

    origin: str
    target: str
    count: int


@dataclass(frozen=True, slots=True)
class Why:
    """term: what makes the largest difference; kind: of activity, for the volume; points: by how much it moves
    the score."""

    term: Reason
    kind: str | None
    points: int


@dataclass(frozen=True, slots=True)
class Side:
    """score None and band 'none' without a score."""

    score: int | None
    band: str


@dataclass(frozen=True, slots=True)
class Changed:
    """An opportunity that changes its band."""

    guid: str
    name: str
    account: str
    value: float | None
    currency: str
    before: Side
    after: Side
    why: Why


@dataclass(frozen=True, slots=True)
class Effect:
    """version: of the rules in force; as_of: the day of the ratings, None before the first rating.

    moves  by number, largest first;  rows  the opportunities of largest value among all that change (`total`)
    """

    version: int
    as_of: date | None
    opportunities: int
    bands: tuple[BandEffect, ...]
    total: int
    moves: tuple[Move, ...]
    rows: tuple[Changed, ...]

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "version": self.version,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "opportunities": self.opportunities,
            "bands": [
                {"band": one.band, "before": _share_body(one.before), "after": _share_body(one.after)}
                for one in self.bands
            ],
            "changes": {
                "total": self.total,
                "by_move": [{"from": move.origin, "to": move.target, "count": move.count} for move in self.moves],
                "rows": [_changed_body(row) for row in self.rows],
            },
        }


@dataclass(frozen=True, slots=True)
class TermsEffect:
    """The terms of one opportunity under the rules in force and under proposed ones; None without a score.

    rules_before, rules_after  with the frequency that holds for it
    """

    before: Explanation | None
    after: Explanation | None
    rules_before: HealthRules
    rules_after: HealthRules


def preview(house: House, proposed: HealthSection) -> Effect:
    """The effect of a proposed section against the rules in force."""
    with house.store.reading() as conn:
        version, present = stored.current(conn)
        found = pipelines.current(house.store, conn)
    return empty(version) if found is None else effect(found, present.health, proposed, version=version)


def warm(house: House) -> None:
    """Make the pipeline ready, so that the first preview is as quick as the next."""
    with house.store.reading() as conn:
        pipelines.current(house.store, conn)


def empty(version: int) -> Effect:
    """The effect before anything was rated."""
    nothing = Share(0, 0.0, ())
    return Effect(version, None, 0, tuple(BandEffect(name, nothing, nothing) for name in _BAND_NAMES), 0, (), ())


def effect(
    pipeline: Pipeline, present: HealthSection, proposed: HealthSection, *, version: int | None = None
) -> Effect:
    """What putting `proposed` in force in place of `present` does to the open opportunities.

    version  of the rules in force; those of the ratings when left out
    """
    at = _standing(pipeline)
    before, after = _Scored.under(present, pipeline, at), _Scored.under(proposed, pipeline, at)
    count = len(pipeline.open)
    shares = [_shares(side.band, pipeline) for side in (before, after)]
    moved = np.flatnonzero(before.band != after.band)
    order = np.lexsort((moved, -pipeline.values[moved]))[:MOST_ROWS]
    return Effect(
        version=pipeline.round.rules_version if version is None else version,
        as_of=day_of(pipeline.round.as_of),
        opportunities=count,
        bands=tuple(BandEffect(name, *sides) for name, *sides in zip(_BAND_NAMES, *shares, strict=True)),
        total=len(moved),
        moves=_moves(before.band[moved], after.band[moved]),
        rows=_changed(pipeline, at, moved[order], before, after),
    )


def effect_of(
    conn: Connection, pipeline: Pipeline, guid: str, present: HealthSection, proposed: HealthSection
) -> TermsEffect | None:
    """The terms of one opportunity under both; None for one that is not among the rated ones."""
    place = pipeline.keys.places.get(f"{RecordKind.OPPORTUNITY.value}:{guid}")
    if place is None:
        return None
    one = pipeline.listed[place]
    which: dict[str, Any] = {"kind": one.kind, "guid": one.guid, "segment": one.segment, "team": one.team_guid}
    days = contact_days.load(conn, [int(pipeline.record_ids[place])])
    rules = [rules_for(section, **which) for section in (present, proposed)]
    terms = [
        explain(
            days,
            today=int(pipeline.kept.today[place]),
            created=int(pipeline.created[place]),
            window_began=pipeline.round.window_began,
            rules=under,
        )
        if section.enabled
        else None
        for section, under in zip((present, proposed), rules, strict=True)
    ]
    return TermsEffect(terms[0], terms[1], rules[0], rules[1])


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """The open opportunities under one section; score and band as they are shown."""

    section: HealthSection
    frequency: Ints
    scores: ScoreArrays
    score: Ints
    band: Ints

    @classmethod
    def under(cls, section: HealthSection, pipeline: Pipeline, at: Standing) -> "_Scored":
        rules = section.rules()
        frequency = frequency_codes(section, pipeline.keys)[pipeline.open]
        scores = scores_under(rules, at, frequency)
        last_day = pipeline.kept.now.last_day[pipeline.open]
        shown = has_score(last_day, window_began=pipeline.round.window_began) & section.enabled
        score = np.where(shown, scores.score, NO_SCORE)
        return cls(section, frequency, scores, score, np.where(shown, band_codes(score, rules.bands), NO_BAND))

    def side(self, index: int) -> Side:
        score = int(self.score[index])
        return Side(None if score == NO_SCORE else score, _BAND_NAMES[int(self.band[index])])


def _standing(pipeline: Pipeline) -> Standing:
    places = pipeline.open
    return standing(
        pipeline.kept.now.take(places),
        today=pipeline.kept.today[places],
        created=pipeline.created[places],
        window_began=pipeline.round.window_began,
    )


def _shares(band: Ints, pipeline: Pipeline) -> list[Share]:
    """One share per band, in the order of _BAND_NAMES."""
    names = pipeline.currencies
    code = _place(band)
    counts = np.bincount(code, minlength=len(_BAND_NAMES))
    cells = len(_BAND_NAMES) * len(names)
    place = code * len(names) + pipeline.currency
    worth = np.bincount(place, weights=pipeline.values, minlength=cells).reshape(len(_BAND_NAMES), -1)
    there = np.bincount(place, minlength=cells).reshape(len(_BAND_NAMES), -1)
    return [
        Share(
            int(counts[index]),
            float(counts[index] / max(len(band), 1)),
            tuple((name, float(worth[index, at])) for at, name in enumerate(names) if there[index, at]),
        )
        for index in range(len(_BAND_NAMES))
    ]


def _moves(before: Ints, after: Ints) -> tuple[Move, ...]:
    bands = len(_BAND_NAMES)
    counts = np.bincount(_place(before) * bands + _place(after), minlength=bands * bands).tolist()
    moves = [
        Move(_BAND_NAMES[number // bands], _BAND_NAMES[number % bands], count)
        for number, count in enumerate(counts)
        if count
    ]
    return tuple(sorted(moves, key=lambda move: -move.count))


def _place(band: Ints) -> Ints:
    """Where bands stand in _BAND_NAMES."""
    return np.where(band == NO_BAND, len(BANDS), band)


def _changed(pipeline: Pipeline, at: Standing, chosen: Ints, before: _Scored, after: _Scored) -> tuple[Changed, ...]:
    sums = pipeline.kept.now.take(pipeline.open[chosen])
    only_rhythm = scores_under(before.section.rules(), _taken(at, chosen), after.frequency[chosen]).score
    rows = []
    for row, index in enumerate(chosen.tolist()):
        place = int(pipeline.open[index])
        one = pipeline.listed[place]
        rows.append(
            Changed(
                guid=one.guid,
                name=one.name,
                account=pipeline.account_name(place),
                value=one.value,
                currency=one.currency,
                before=before.side(index),
                after=after.side(index),
                why=_why(index, row, sums, before, after, int(only_rhythm[row])),
            )
        )
    return tuple(rows)


def _why(index: int, row: int, sums: DaySums, before: _Scored, after: _Scored, only_rhythm: int) -> Why:
    """What makes the largest difference to the band of one opportunity.

    row  its place in `sums`;  only_rhythm  its score if nothing but the expected frequency changed
    """
    old, new = int(before.score[index]), int(after.score[index])
    if NO_SCORE in (old, new):
        return Why(Reason.SWITCH, None, 0)
    limits = before.section.rules().bands
    if limits.of(new) == limits.of(old):
        return Why(Reason.LIMITS, None, new - old)
    if before.frequency[index] != after.frequency[index] and abs(only_rhythm - old) >= abs(new - only_rhythm):
        return Why(Reason.FREQUENCY, None, only_rhythm - old)
    return _largest(
        points_of(_score_of(before.scores, index), sums.take([row]), 0, before.section.rules()),
        points_of(_score_of(after.scores, index), sums.take([row]), 0, after.section.rules()),
        upwards=new > old,
    )


def _largest(old: Points, new: Points, *, upwards: bool) -> Why:
    """The term that moved most in the direction of the score; the volume by kind."""
    earlier = dict(old.by_kind)
    moves = [Why(Reason.VOLUME, kind.value, points - earlier.get(kind, 0)) for kind, points in new.by_kind]
    moves.append(Why(Reason.MUTUALITY, None, new.mutuality - old.mutuality))
    moves.append(Why(Reason.LATENESS, None, new.lateness - old.lateness))
    return max(moves, key=lambda why: why.points if upwards else -why.points)


def _score_of(scores: ScoreArrays, index: int) -> ScoreArrays:
    return ScoreArrays(*(getattr(scores, name)[index : index + 1] for name in ScoreArrays.__slots__))


def _taken(at: Standing, places: Ints) -> Standing:
    return Standing(*(getattr(at, name)[places] for name in Standing.__slots__))


def _share_body(share: Share) -> dict[str, Any]:
    values = [{"currency": currency, "value": value} for currency, value in share.values]
    return {"count": share.count, "share": share.share, "values": values}


def _changed_body(row: Changed) -> dict[str, Any]:
    return {
        "guid": row.guid,
        "name": row.name,
        "account": row.account,
        "value": row.value,
        "currency": row.currency,
        "before": {"score": row.before.score, "band": row.before.band},
        "after": {"score": row.after.score, "band": row.after.band},
        "why": {"term": row.why.term.value, "kind": row.why.kind, "points": row.why.points},
    }
