"""Names of time zones as Outlook writes and reads them: Windows names and IANA names."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.core import get_global

from simulator.msgraph.call import Call, Json, bad_request

_IANA_BY_WINDOWS: dict[str, str] = dict(get_global("windows_zone_mapping"))
_WINDOWS_BY_IANA = {iana: windows for windows, iana in _IANA_BY_WINDOWS.items()}


class Clock(NamedTuple):
    """The zone in which a caller wants times, by the name the caller used."""

    name: str
    zone: ZoneInfo

    def shown(self, at: datetime) -> Json:
        return stamped(at.astimezone(self.zone), self.name)


def stamped(local: datetime, name: str) -> Json:
    """A dateTimeTimeZone: a time without zone and seven digits, and the name of the zone beside it."""
    return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S") + ".0000000", "timeZone": name}


def windows_name(iana: str) -> str:
    """Microsoft's name of a zone; the IANA name where there is none."""
    return "UTC" if iana == "UTC" else _WINDOWS_BY_IANA.get(iana, iana)


def clock_of_name(name: str) -> Clock:
    """The zone with this name, Windows or IANA."""
    return Clock(name, ZoneInfo(_IANA_BY_WINDOWS.get(name, name)))


def clock_of(call: Call) -> Clock:
    """The zone of `Prefer: outlook.timezone="…"`, UTC without it."""
    name = call.preferences.get("outlook.timezone", "") or "UTC"
    try:
        return clock_of_name(name)
    except (KeyError, ValueError, OSError) as error:
        message = f"A time zone with the name '{name}' could not be found."
        raise bad_request(message, code="TimeZoneNotSupportedException") from error
