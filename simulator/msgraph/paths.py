"""Paths of Microsoft Graph: two spellings of keys, four of functions, one plain form."""

import re
from functools import lru_cache

_KEY = re.compile(r"\('((?:[^']|'')*)'\)")
_FUNCTION = re.compile(r"/(?:microsoft\.graph\.)?delta(?:\(\))?$")


@lru_cache(maxsize=4096)
def plain_path(path: str) -> str:
    """The path with keys as segments and functions by bare name, without slashes at the ends.

    >>> plain_path("/users/a@b.example/mailFolders('inbox')/messages/microsoft.graph.delta()")
    'users/a@b.example/mailFolders/inbox/messages/delta'
    """
    plain = _KEY.sub(lambda key: "/" + key[1].replace("''", "'"), path.rstrip("/"))
    return _FUNCTION.sub("/delta", plain).strip("/")


@lru_cache(maxsize=4096)
def segments(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))
