"""The expected frequency of a record in the reader's language: which rule decides, and what the others say."""

from dataclasses import dataclass

from relationship.activities import RecordKind
from relationship.store.reading.reading_record import RatedRecord
from settings.rules import HealthSection
from settings.rules.precedence import Decided, DecidedBy, expected_frequency
from web.nouns import NOUNS
from web.ratings.explaining import FREQUENCIES
from web.texts import _


@dataclass(frozen=True, slots=True)
class Line:
    """One level of the order of precedence. frequency: '' when it says nothing."""

    title: str
    frequency: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Expectation:
    """frequency, rule: what is expected and whose rule says so; lines: every level, the strongest first."""

    frequency: str
    rule: str
    lines: tuple[Line, ...]


def expectation(section: HealthSection, record: RatedRecord) -> Expectation:
    kind, guid = record.kind.value, record.guid
    found = expected_frequency(section, kind=kind, guid=guid, segment=record.segment, team=record.team_guid)
    # What a level says by itself: asked alone, it decides or everybody's value does.
    alone = {
        DecidedBy.RECORD: expected_frequency(section, kind=kind, guid=guid),
        DecidedBy.SEGMENT: expected_frequency(section, kind="", guid="", segment=record.segment),
        DecidedBy.TEAM: expected_frequency(section, kind="", guid="", team=record.team_guid),
        DecidedBy.ORGANISATION: expected_frequency(section, kind="", guid=""),
    }
    return Expectation(
        frequency=_frequency(found),
        rule=_rule(found.by, record),
        lines=tuple(
            Line(_title(level, record), _frequency(said) if said.by is level else "", level is found.by)
            for level, said in alone.items()
        ),
    )


def _frequency(found: Decided) -> str:
    text = str(FREQUENCIES[found.frequency])
    return text[:1].upper() + text[1:]


def _rule(by: DecidedBy, record: RatedRecord) -> str:
    match by:
        case DecidedBy.RECORD:
            return str(NOUNS[record.kind].rule_of_this_one)
        case DecidedBy.SEGMENT:
            return _("rule of the segment “%(name)s”", name=record.segment)
        case DecidedBy.TEAM:
            return _("rule of the team “%(name)s”", name=_team(record))
        case DecidedBy.ORGANISATION:
            return _("rule for everybody")


def _title(level: DecidedBy, record: RatedRecord) -> str:
    match level:
        case DecidedBy.RECORD:
            return str(NOUNS[record.kind].this_one)
        case DecidedBy.SEGMENT:
            return _("Segment “%(name)s”", name=record.segment) if record.segment else _no_segment(record.kind)
        case DecidedBy.TEAM:
            return _("Team “%(name)s”", name=_team(record)) if record.team_guid else _("Without a team")
        case DecidedBy.ORGANISATION:
            return _("Everybody")


def _team(record: RatedRecord) -> str:
    return record.team_name or _("without a name")


def _no_segment(kind: RecordKind) -> str:
    return _("Without a segment") if kind is RecordKind.LEAD else _("Account without a segment")
