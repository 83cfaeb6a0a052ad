"""What a comparison with the sources found, source by source."""

from dataclasses import dataclass
from datetime import date

from relationship.errors import TryLater
from relationship.sync.report import Trouble


@dataclass(frozen=True, slots=True)
class Finding:
    """What the comparison of one source found, and healed.

    compared  items the source showed
    missing   shown there, not kept here; changed: kept otherwise (of records of the CRM the rows written, with
              those of their addresses); ghosts: kept here, gone there
    doubtful  kept here and not shown there, but not confirmed as gone: left as they are
    """

    key: str
    compared: int = 0
    missing: int = 0
    changed: int = 0
    ghosts: int = 0
    doubtful: int = 0

    def __add__(self, other: "Finding") -> "Finding":
        return Finding(
            self.key,
            self.compared + other.compared,
            self.missing + other.missing,
            self.changed + other.changed,
            self.ghosts + other.ghosts,
            self.doubtful + other.doubtful,
        )

    @property
    def differs(self) -> bool:
        return self.missing + self.changed + self.ghosts + self.doubtful > 0


@dataclass(frozen=True, slots=True)
class Reconciled:
    """since: first day compared, None for everything; findings by source, those without a difference too."""

    since: date | None
    requests: int
    findings: tuple[Finding, ...]
    troubles: tuple[Trouble, ...]

    @property
    def exit_code(self) -> int:
        is_done = not self.troubles and not any(finding.doubtful for finding in self.findings)
        return 0 if is_done else TryLater.exit_code
