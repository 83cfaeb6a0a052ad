"""What an examination finds: parts, how they are, and the next step."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

from relationship.errors import RelationshipError


class Mark(StrEnum):
    """How a part is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part and how it is. is_setting: an environment variable is what must change."""

    part: str
    mark: Mark
    told: str
    next_step: str = ""
    is_setting: bool = False


Probe = Callable[[], str]


def exit_code(findings: list[Finding]) -> int:
    """0 when nothing is bad, 78 when a setting is, else 1."""
    bad = [finding for finding in findings if finding.mark is Mark.BAD]
    if not bad:
        return 0
    return 78 if any(finding.is_setting for finding in bad) else 1


def as_json(findings: list[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=1)


def tried(part: str, probe: Probe, *, is_setting: bool = False) -> Finding:
    try:
        return Finding(part, Mark.GOOD, probe())
    except RelationshipError as error:
        return Finding(part, Mark.BAD, error.message, error.next_step, is_setting=is_setting)


def optional(part: str, probe: Probe, source: str) -> Finding:
    """A source that a customer may leave closed: its refusal is no fault of the set-up."""
    found = tried(part, probe)
    if found.mark is Mark.GOOD:
        return found
    step = f"Grant the permission, or leave {source} out with RELATIONSHIP_SOURCES."
    return Finding(part, Mark.WARNING, found.told, step)
