"""Paging cookies and delta tokens: opaque to clients, broken by any re-encoding.

A link carries them percent-encoded once. They are read from the raw query, decoded exactly once and must
then be, to the letter, what was given out; the page's place stands percent-encoded inside the cookie.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from simulator.dataverse.errors import VERSION_STAMP_EXPIRED, DataverseError, bad_query

_COOKIE = re.compile(
    r'<cookie pagenumber="(?P<page>[1-9]\d{0,8})" pagingcookie="%3ccookie%20page%3d%22(?P=page)%22%20'
    r"last%3d%22(?P<place>\d{1,18})%22%20part%3d%22(?P<part>[acd])%22%20until%3d%22(?P<until>\d{1,18})%22"
    r'%20%2f%3e" istracking="(?P<tracking>True|False)" />'
)
_TOKEN = re.compile(r"(?P<version>\d{1,18})!\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Cookie:
    """Where the next page begins.

    number: of that page, 2 or more; part: "a" all rows, "c" changed rows, "d" deleted rows
    place: in the table's order (part a) or the last version told (parts c, d)
    until: row version at the start of the round, which its delta token will stand for
    tracking: the round was asked for with track-changes
    """

    number: int
    place: int
    part: str
    until: int
    tracking: bool

    def __str__(self) -> str:
        """As it stands in a link, percent-encoded."""
        inside = f'<cookie page="{self.number}" last="{self.place}" part="{self.part}" until="{self.until}" />'
        encoded = re.sub(r"%[0-9A-F]{2}", lambda hexadecimal: hexadecimal[0].lower(), quote(inside, safe=""))
        return quote(
            f'<cookie pagenumber="{self.number}" pagingcookie="{encoded}" istracking="{self.tracking}" />',
            safe="=/",
        )


def read_cookie(decoded: str) -> Cookie:
    """The cookie of a $skiptoken that was decoded once; a bad request when it is not as given out."""
    found = _COOKIE.fullmatch(decoded)
    if not found:
        raise bad_query("Malformed XML in the paging cookie: the $skiptoken is not as it was given out.")
    return Cookie(
        int(found["page"]),
        int(found["place"]),
        found["part"],
        int(found["until"]),
        found["tracking"] == "True",
    )


def delta_token(version: int, now: datetime) -> str:
    """As it stands in a link, percent-encoded."""
    return quote(f"{version}!{now:%m/%d/%Y %H:%M:%S}", safe="").replace("%2F", "%2f").replace("%3A", "%3a")


def read_delta_token(decoded: str) -> int:
    """The row version a $deltatoken stands for."""
    found = _TOKEN.fullmatch(decoded)
    if not found:
        raise bad_query("The $deltatoken is not as it was given out.")
    return int(found["version"])


def token_expired() -> DataverseError:
    return DataverseError(
        400, VERSION_STAMP_EXPIRED,
        "Version stamp associated with the client has expired. Please perform a full sync.",
    )  # fmt: skip
