"""Who knows whom: whether it is offered, and the texts with which one asks for an introduction."""

from typing import Annotated, Literal

from pydantic import Field

from settings.rules.form import Form

MOST_TEMPLATES = 20
MOST_SUBJECT_SIGNS, MOST_BODY_SIGNS = 200, 4_000


class Template(Form):
    """One text. subject, body: Liquid with known names only; plain text."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    language: Literal["fr", "en"]
    subject: Annotated[str, Field(min_length=1, max_length=MOST_SUBJECT_SIGNS)]
    body: Annotated[str, Field(min_length=1, max_length=MOST_BODY_SIGNS)]


class Introductions(Form):
    """templates: the first one of the seller's language is offered first; weekly_limit: requests that one
    colleague receives in seven days at most."""

    enabled: bool = Field(default=True, strict=True)
    templates: tuple[Template, ...] = Field(default=(), max_length=MOST_TEMPLATES)
    weekly_limit: Annotated[int, Field(ge=1, le=20, strict=True)] = 3
