"""How far back is read and how long is kept: what the rules say, else what the environment says. Pure."""

from dataclasses import dataclass
from typing import Literal

from relationship.config import Config
from settings.rules import Sources


@dataclass(frozen=True, slots=True)
class Terms:
    """In days. read_window: 'all' reads everything; retain: None keeps everything; retain_aggregates: contact
    days, never shorter than `retain`."""

    read_window: int | Literal["all"]
    retain: int | None
    retain_aggregates: int | None


def terms(config: Config, sources: Sources) -> Terms:
    """The one place where rules and environment meet."""
    retain = config.retain_days if sources.retain_days is None else sources.retain_days
    longer = config.retain_days_aggregates if sources.retain_days_aggregates is None else sources.retain_days_aggregates
    window = config.read_window_days if sources.read_window_days is None else sources.read_window_days
    return Terms(window, retain, None if retain is None else max(retain, longer or retain))
