"""What people sent through the service's ways, as it came: kept so that tests can read it to the letter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handed:
    """One mail that was taken over. via: 'msgraph' or 'dataverse'; sender: object id of the person in whose name.

    headers: those the client set itself; text: the body as it came
    """

    via: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    is_draft: bool = False
