"""Names of time zones as Microsoft writes them, and the instants they stand for. Pure.

Windows names are mapped as CLDR does (the table is in Babel), IANA names are taken as they are. What says
nothing, like `tzone://Microsoft/Custom` or an empty name, has no zone: its times are read as UTC and flagged.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from relationship.errors import BadItem

_NEVER_YEAR = 1
_UTC_NAMES = frozenset({"utc", "coordinated universal time", "tzone://microsoft/utc"})


@lru_cache(maxsize=1)
def _iana_by_windows() -> dict[str, str]:
    return {name.lower(): iana for name, iana in get_global("windows_zone_mapping").items()}


@lru_cache(maxsize=2_048)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone with this Windows or IANA name, None when it names none.

    >>> zone_of("Romance Standard Time"), zone_of("Europe/Paris"), zone_of("tzone://Microsoft/Custom")
    (zoneinfo.ZoneInfo(key='Europe/Paris'), zoneinfo.ZoneInfo(key='Europe/Paris'), None)
    """
    plain = name.strip()
    if plain.lower() in _UTC_NAMES:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(_iana_by_windows().get(plain.lower(), plain))
    except (KeyError, ValueError, OSError):
        return None


def instant(local: str, zone_name: str) -> datetime | None:
    """The UTC instant of a time without zone, told beside the name of its zone; None for year 1, "never".

    An hour that the clocks skip counts from before the change, one they show twice is the first; with an
    unknown zone the time is UTC, and one that has an offset of its own needs none.

    >>> instant("2026-03-29T02:30:00.0000000", "Romance Standard Time")
    datetime.datetime(2026, 3, 29, 1, 30, tzinfo=datetime.timezone.utc)
    """
    try:
        found = datetime.fromisoformat(local)
    except ValueError:
        raise BadItem(
            "A time of Microsoft Graph cannot be read.",
            next_step="Nothing to do: the item is left out and read again when it changes.",
            code="bad_time",
        ) from None
    if found.year == _NEVER_YEAR:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_of(zone_name) or UTC)
    return found.astimezone(UTC)
