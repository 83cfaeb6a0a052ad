"""Who may see what of a tie of another colleague with somebody outside.

`GRAINS` is the whole rule, one row per field and one column per viewer; what it does not grant is not shown.
It governs ties. What is shown on a record that the CRM lets the viewer read follows other rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from relationship.activities import Kind
from relationship.graph.ties import TieWord

GROUP_MINIMUM = 5


class Viewer(StrEnum):
    """In what capacity somebody looks.

    OWNER    the colleague whose tie it is
    SELLER   a seller or manager whom the CRM lets read the contact
    ADMIN    a sales admin
    OFFICER  the privacy officer, on a case, audited
    """

    OWNER = "owner"
    SELLER = "seller"
    ADMIN = "admin"
    OFFICER = "officer"


class Field(StrEnum):
    TIE = "tie"  # that the two know each other, and the strength word
    RECENT = "recent"  # contact days of the last 90 days
    LAST_CONTACT = "last_contact"
    KINDS = "kinds"
    REPLIES = "replies"  # reply times, direction, hour
    PARTICIPANTS = "participants"
    SUBJECT = "subject"
    BODY = "body"
    PRIVATE_EVENT = "private_event"
    OPT_OUT = "opt_out"


class Grain(StrEnum):
    """How fine a field is shown.

    COARSE        a word, one of three bands, a month
    GROUPS        only as a total of groups of at least five people
    NUMBER        only how many people there are
    BUSY          only that the time was taken
    IF_STORED     exactly, where the organisation stores it at all
    OWN_REQUEST   only for a person's request for his own data
    """

    EXACT = "exact"
    COARSE = "coarse"
    GROUPS = "groups"
    NUMBER = "number"
    BUSY = "busy"
    IF_STORED = "if_stored"
    OWN_REQUEST = "own_request"
    NEVER = "never"


_E, _C, _G, _N = Grain.EXACT, Grain.COARSE, Grain.GROUPS, Grain.NEVER

# Columns: owner, seller, admin, officer.
_ROWS: dict[Field, tuple[Grain, Grain, Grain, Grain]] = {
    Field.TIE: (_E, _C, _N, _E),
    Field.RECENT: (_E, _C, _G, _E),
    Field.LAST_CONTACT: (_E, _C, _N, _E),
    Field.KINDS: (_E, _N, _N, _E),
    Field.REPLIES: (_E, _N, _G, _E),
    Field.PARTICIPANTS: (_E, _N, _N, _E),
    Field.SUBJECT: (Grain.IF_STORED, _N, _N, Grain.OWN_REQUEST),
    Field.BODY: (_N, _N, _N, _N),
    Field.PRIVATE_EVENT: (Grain.BUSY, _N, _N, _E),
    Field.OPT_OUT: (_E, _N, Grain.NUMBER, _E),
}
GRAINS: Mapping[tuple[Field, Viewer], Grain] = {
    (field, viewer): grain for field, row in _ROWS.items() for viewer, grain in zip(Viewer, row, strict=True)
}


def grain(field: Field, viewer: Viewer, *, opted_out: bool = False, blocked: bool = False) -> Grain:
    """How fine this viewer sees this field of a tie.

    opted_out  the colleague has opted out;  blocked  the person outside is excluded. A seller then sees what he
               sees where there is no tie: nothing. An admin's totals and numbers leave the person out

    >>> grain(Field.RECENT, Viewer.SELLER), grain(Field.RECENT, Viewer.SELLER, opted_out=True)
    (<Grain.COARSE: 'coarse'>, <Grain.NEVER: 'never'>)
    """
    if (opted_out or blocked) and viewer is Viewer.SELLER:
        return Grain.NEVER
    if (opted_out or blocked) and viewer is Viewer.ADMIN and field is not Field.OPT_OUT:
        return Grain.NEVER
    return GRAINS[field, viewer]


class CountBand(StrEnum):
    """Contact days of the last 90 days, in three bands."""

    UNDER_5 = "under_5"
    FROM_5_TO_19 = "5_to_19"
    FROM_20 = "20_and_more"


def count_band(days: int) -> CountBand:
    """
    >>> [count_band(days).value for days in (0, 4, 5, 19, 20)]
    ['under_5', 'under_5', '5_to_19', '5_to_19', '20_and_more']
    """
    if days < 5:
        return CountBand.UNDER_5
    return CountBand.FROM_5_TO_19 if days < 20 else CountBand.FROM_20


@dataclass(frozen=True, slots=True)
class TieFacts:
    """What is known of one tie.

    recent_days  contact days in the last 90 days;  recent_kinds  their kinds
    last_day     the latest contact day, in days since 1970-01-01
    """

    word: TieWord
    recent_days: int
    recent_kinds: tuple[Kind, ...]
    last_day: int


@dataclass(frozen=True, slots=True)
class VisibleTie:
    """What one viewer may see of a tie; None where only the coarse form is for him, or nothing.

    last_month  (year, month)
    """

    word: TieWord
    recent_band: CountBand
    last_month: tuple[int, int]
    recent_days: int | None = None
    last_day: int | None = None
    recent_kinds: tuple[Kind, ...] | None = None


def visible(
    facts: TieFacts | None, viewer: Viewer, *, is_own: bool = False, opted_out: bool = False, blocked: bool = False
) -> VisibleTie | None:
    """What a viewer may see of the tie of a colleague with a person outside; None for nothing.

    facts   None when there is no tie: the answer is the same as for a tie that must leave no trace
    is_own  the viewer is that colleague, whatever else he is

    >>> facts = TieFacts(TieWord.WEAK, 3, (Kind.CALL,), 20_621)
    >>> seen = visible(facts, Viewer.SELLER)
    >>> seen.recent_band.value, seen.last_month, seen.recent_days
    ('under_5', (2026, 6), None)
    """
    if facts is None:
        return None
    capacity = Viewer.OWNER if is_own else viewer
    shown = {field: grain(field, capacity, opted_out=opted_out, blocked=blocked) for field in Field}
    if shown[Field.TIE] is Grain.NEVER:
        return None
    return VisibleTie(
        facts.word,
        count_band(facts.recent_days),
        month_of(facts.last_day),
        facts.recent_days if shown[Field.RECENT] is Grain.EXACT else None,
        facts.last_day if shown[Field.LAST_CONTACT] is Grain.EXACT else None,
        facts.recent_kinds if shown[Field.KINDS] is Grain.EXACT else None,
    )


def month_of(day: int) -> tuple[int, int]:
    """Year and month of a day number.

    >>> month_of(20_621), month_of(-1)
    ((2026, 6), (1969, 12))
    """
    found = date(1970, 1, 1) + timedelta(days=day)
    return found.year, found.month


def group_totals(totals: Mapping[str, int], members: Mapping[str, int]) -> dict[str, int]:
    """The totals of groups that may be shown to an admin: those of at least five people, and no remainder of fewer.

    totals, members  a total and how many people it is of, by group; the groups do not overlap
    Whoever knows the total of all could subtract: when the groups kept back are together one to four people, the
    smallest shown group (then by name) is kept back as well.

    >>> group_totals({"north": 40, "south": 30, "east": 2}, {"north": 9, "south": 6, "east": 2})
    {'north': 40}
    """
    shown = sorted((group for group in totals if members[group] >= GROUP_MINIMUM), key=lambda one: (members[one], one))
    hidden = sum(members[group] for group in totals if group not in shown)
    while shown and 0 < hidden < GROUP_MINIMUM:
        hidden += members[shown.pop(0)]
    return {group: total for group, total in totals.items() if group in shown}
