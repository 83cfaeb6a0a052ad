"""Delta links: opaque to the client, to us a signed place in a round of one collection."""

import hmac
import json
from hashlib import sha256
from typing import NamedTuple

from simulator.msgraph.call import bad_request
from simulator.signing import decode, encode

_SIGNATURE_BYTES = 9


class Place(NamedTuple):
    """Where a round stands: changes with after < version <= until, from `offset` on.

    scope: collection the token belongs to; epoch: its count of expiries when the token was made
    select, since, change_type, newest_first: options of the first call, which the token keeps
    begins, ends: the window of a calendar view, frozen by the first call
    empty: so many empty pages come first; turn: how often the place was left without a step forward
    """

    scope: str
    epoch: int
    after: int
    until: int
    offset: int = 0
    select: str = ""
    since: str = ""
    change_type: str = ""
    newest_first: bool = False
    empty: int = 0
    turn: int = 0
    begins: str = ""
    ends: str = ""


def written(place: Place, key: bytes) -> str:
    """The token for a place."""
    body = json.dumps(place, separators=(",", ":")).encode()
    return encode(_signature(body, key) + body)


def read(token: str, key: bytes, *, scope: str) -> Place:
    """The place in a token; what is damaged, edited or of another collection is refused with 400."""
    try:
        raw = decode(token)
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        place = Place(*json.loads(body)) if hmac.compare_digest(signature, _signature(body, key)) else None
    except (ValueError, TypeError) as error:
        raise bad_request("Badly formed token.") from error
    if place is None:
        raise bad_request("Badly formed token.")
    if place.scope != scope:
        raise bad_request("The token does not belong to this resource.")
    return place


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, sha256).digest()[:_SIGNATURE_BYTES]
