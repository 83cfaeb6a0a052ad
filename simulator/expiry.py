"""How the service says that a delta token is no longer known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expiry:
    """status: 400 to 410; code: in any case, as the service varies it; with_location: names a fresh start."""

    status: int = 410
    code: str = "SyncStateNotFound"
    with_location: bool = False
