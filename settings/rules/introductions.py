"""Who knows whom: whether it is offered, and the texts with which one asks for an introduction."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from settings.rules.built_in_templates import BUILT_IN
from settings.rules.form import Form, refusal
from settings.rules.templates import Letter, fault, letter, with_line_feeds

MOST_TEMPLATES = 20
MOST_SUBJECT_SIGNS, MOST_BODY_SIGNS = 200, 4_000


def _subject(text: str) -> str:
    return _checked(text, one_line=True)


def _body(text: str) -> str:
    return _checked(with_line_feeds(text), one_line=False)


def _checked(text: str, *, one_line: bool) -> str:
    """The text; refused with line, column, what was found there and the nearest known name."""
    found = fault(text, one_line=one_line)
    if found is not None:
        sentence = "line {line}, column {column}: {found}"
        place = {"line": found.line, "column": found.column, "found": found.found, "nearest": found.nearest}
        raise PydanticCustomError(found.code, sentence, place)
    if not text.strip():
        raise refusal("template_blank", "a text with something in it")
    return text


class Template(Form):
    """One text. subject, body: plain text with known names only, as `templates.fault` says; LF ends lines."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$")]
    language: Literal["fr", "en"]
    subject: Annotated[str, Field(min_length=1, max_length=MOST_SUBJECT_SIGNS), AfterValidator(_subject)]
    body: Annotated[str, Field(min_length=1, max_length=MOST_BODY_SIGNS), AfterValidator(_body)]

    def letter(self, values: dict[str, str]) -> Letter:
        """The letter for these values by known name."""
        return letter(self.subject, self.body, values, language=self.language)


def built_in() -> tuple[Template, ...]:
    """The texts that everybody starts with."""
    return tuple(Template.model_validate(text) for text in BUILT_IN)


class Introductions(Form):
    """templates: the first one of the seller's language is offered first, an empty list brings the built-in ones
    back, for without a text nobody could ask; weekly_limit: requests that one colleague receives in seven days
    at most."""

    enabled: bool = Field(default=True, strict=True)
    templates: tuple[Template, ...] = Field(default_factory=built_in, max_length=MOST_TEMPLATES)
    weekly_limit: Annotated[int, Field(ge=1, le=20, strict=True)] = 3

    @model_validator(mode="before")
    @classmethod
    def built_in_ones_for_none(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("templates") in ([], ()):
            return {**given, "templates": built_in()}
        return given

    @model_validator(mode="after")
    def every_key_once(self) -> Self:
        keys = [template.key for template in self.templates]
        if len(set(keys)) < len(keys):
            raise refusal("template_key_twice", "every template has a key of its own")
        return self
