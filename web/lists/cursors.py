"""Signed places in a list: a cursor that was edited, or belongs to another list, is refused."""

import hashlib

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer


def sealed(place: str | None, *, of: str) -> str | None:
    """The place as it may stand in an address; `of` names the list it belongs to."""
    return None if place is None else _signer().dumps([place, of_list(of)])


def opened(cursor: str, *, of: str) -> str | None:
    """The place inside a cursor, None for an empty one; ValueError for one that is not of this list."""
    if not cursor:
        return None
    try:
        place, named = _signer().loads(cursor)
    except (BadData, ValueError, TypeError) as error:
        raise ValueError("not a cursor of ours") from error
    if named != of_list(of):
        raise ValueError("a cursor of another list")
    return str(place)


def of_list(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="page")
