"""Who is left out: of what is stored, of every rating and of who knows whom."""

from typing import Annotated

from pydantic import Field

from settings.rules.form import Form
from settings.rules.health import Guid

MOST_EXCLUSIONS = 2_000

# Two labels at least, so neither '*' nor a whole top-level domain; Internet names in ASCII (IDN as xn--).
Domain = Annotated[
    str,
    Field(max_length=253, pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"),
]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9:._-]+$")]


class Exclusions(Form):
    """Lists without order; kept sorted and without repeats.

    colleagues  keys of colleagues (`tables.Colleague`): their mailboxes are not read and they are on nothing
    groups      ids of directory groups whose members are left out like those
    contacts    GUIDs of contacts or leads: their addresses are on nothing
    accounts    GUIDs of accounts: all of their contacts are left out
    domains     mail domains, with everything below them and every contact who has an address there
    """

    colleagues: tuple[Key, ...] = Field(default=(), max_length=MOST_EXCLUSIONS)
    groups: tuple[Key, ...] = Field(default=(), max_length=MOST_EXCLUSIONS)
    contacts: tuple[Guid, ...] = Field(default=(), max_length=MOST_EXCLUSIONS)
    accounts: tuple[Guid, ...] = Field(default=(), max_length=MOST_EXCLUSIONS)
    domains: tuple[Domain, ...] = Field(default=(), max_length=MOST_EXCLUSIONS)
