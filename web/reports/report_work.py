"""A report worked out for whoever reads it: only records that they may read, only fields that they may see."""

from dataclasses import dataclass

from relationship.access import HealthRight
from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.reports.columns import COLUMNS
from relationship.reports.definition import Definition
from relationship.reports.table import ReportTable, work_out
from relationship.store.reports import report_facts
from relationship.store.reports.report_facts import OPEN, Days
from web.house import house, today
from web.identity import rights
from web.identity.members import member

HEALTH = frozenset(key for key, column in COLUMNS.items() if column.needs_health_right)


@dataclass(frozen=True, slots=True)
class Worked:
    """definition: what is shown of it; table: None where its filters or groups need fields the reader may not see, or
    what they may read is not known yet (is_waiting); withheld: whether columns are left out."""

    definition: Definition
    table: ReportTable | None
    withheld: bool = False
    is_waiting: bool = False


def hidden() -> frozenset[str]:
    """The columns that the reader may not see."""
    return frozenset() if member().may(HealthRight.LIST) else HEALTH


def worked_out(definition: Definition) -> Worked:
    """The report for whoever is signed in, as things stand now."""
    unseen = hidden()
    if definition.steering & unseen:
        return Worked(definition, None, withheld=True)
    shown = definition.without(unseen)
    if is_waiting(shown):
        return Worked(shown, None, is_waiting=True)
    days = Days(day_of(today()), house().config.zone)
    with house().store.reading() as conn:
        facts = report_facts.frame(conn, shown.needs, scope=member().scope, days=days)
    return Worked(shown, work_out(shown, facts), withheld=shown != definition)


def is_waiting(definition: Definition) -> bool:
    """Whether what the reader may read is still being read."""
    kinds = [RecordKind.ACCOUNT, *([RecordKind.OPPORTUNITY] if definition.needs & OPEN else [])]
    return any(rights.figures_wait(kind) for kind in kinds)
