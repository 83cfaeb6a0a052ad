"""What differs from the catalogue of themes that comes with the product, and the words of sensitivities and moments.

Only differences are kept, so that what nobody touched follows the product; how words are written: docs/verbatims.md.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Self

from pydantic import Field, model_validator

from relationship.verbatims import UNDERSTANDING_VERSION
from relationship.verbatims.catalogue import (
    DEEPEST,
    LONGEST_NAME,
    MOST_THEMES,
    Catalogue,
    OtherWords,
    Theme,
    default_catalogue,
    parents,
)
from relationship.verbatims.patterns import spelled_out
from relationship.verbatims.understand import THREAT_THEME
from relationship.verbatims.word_lists import plain, words_of
from settings.rules.form import Form, refusal

MOST_WORDS, LONGEST_WORDS = 200, 400
# One entry with many choices stands for their product; more than this is a mistake of typing.
MOST_SPELLINGS = 2_000
MOST_OWN = 300
LISTS = {"sensitivity": "sensitivities", "moment": "moments"}
_KEY = r"[a-z][a-z0-9_]{0,39}"

Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"^[^\x00-\x1f\x7f-\x9f,]*$")], ...],
    Field(max_length=MOST_WORDS),
]
Name = Annotated[
    str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$")
]


class OwnTheme(Form):
    """A theme as the organisation wants it. key: its path, at most three keys with '/'; name: in French."""

    key: Annotated[str, Field(pattern=rf"^{_KEY}(/{_KEY}){{0,{DEEPEST - 1}}}$")]
    name: Name
    name_en: Name
    words_fr: Words = ()
    words_en: Words = ()

    @model_validator(mode="after")
    def words_can_be_found(self) -> Self:
        _check((*self.words_fr, *self.words_en))
        return self


class OwnWords(Form):
    """Words of a sensitivity or moment of life. key: 'sensitivity:price', 'moment:move' and so on."""

    key: str
    words_fr: Words = ()
    words_en: Words = ()

    @model_validator(mode="after")
    def it_exists(self) -> Self:
        sort, _, word = self.key.partition(":")
        if sort not in LISTS or word not in words_of(LISTS[sort]):
            raise refusal("list_unknown", "a sensitivity or a moment that exists")
        _check((*self.words_fr, *self.words_en))
        return self


class Themes(Form):
    """own: themes that are new or changed; removed: those of the product that are not wanted, with all below them;
    lists: sensitivities and moments with other words."""

    own: Annotated[tuple[OwnTheme, ...], Field(max_length=MOST_OWN)] = ()
    removed: Annotated[tuple[str, ...], Field(max_length=MOST_THEMES)] = ()
    lists: Annotated[tuple[OwnWords, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def it_is_a_tree(self) -> Self:
        for keys in ([one.key for one in self.own], list(self.removed), [one.key for one in self.lists]):
            if len(set(keys)) < len(keys):
                raise refusal("theme_twice", "each theme once")
        if not set(self.removed) <= {one.path for one in default_catalogue().themes}:
            raise refusal("theme_unknown", "themes of the product")
        if set(self.removed) & set(parents(THREAT_THEME)):
            raise refusal("theme_needed", "threats to leave have a theme")
        there = {one.path for one in default_catalogue().themes if not _is_below(one.path, self.removed)}
        there |= {one.key for one in self.own}
        if not all(set(parents(one.key)) <= there for one in self.own):
            raise refusal("theme_without_parent", "the theme above it exists")
        if len(there) > MOST_THEMES:
            raise refusal("too_many_themes", "fewer themes")
        return self

    def catalogue(self) -> Catalogue:
        """The themes in force; the same object for the same section."""
        return _catalogue(self)

    def words_version(self) -> str:
        """What texts are marked with that were understood with this section."""
        if self == Themes():
            return UNDERSTANDING_VERSION
        return f"{UNDERSTANDING_VERSION}+{sha256(self.model_dump_json().encode()).hexdigest()[:12]}"


@lru_cache(maxsize=16)
def _catalogue(section: Themes) -> Catalogue:
    if section == Themes():
        return default_catalogue()
    found = {one.path: one for one in default_catalogue().themes if not _is_below(one.path, section.removed)}
    for own in sorted(section.own, key=lambda one: one.key.count("/")):
        patterns = {"fr": _plain(own.words_fr), "en": _plain(own.words_en)}
        found[own.key] = Theme(own.key, {"fr": own.name, "en": own.name_en}, patterns)
    others = []
    for words in section.lists:
        sort, _, word = words.key.partition(":")
        others.append(OtherWords(sort, word, {"fr": _plain(words.words_fr), "en": _plain(words.words_en)}))
    return Catalogue(tuple(_in_order(found)), tuple(others))


def _in_order(themes: dict[str, Theme]) -> list[Theme]:
    """Each theme after its parent; sisters as they come."""
    below: dict[str, list[Theme]] = {}
    for one in themes.values():
        below.setdefault(one.path.rpartition("/")[0], []).append(one)
    found: list[Theme] = []

    def walk(path: str) -> None:
        for one in below.get(path, ()):
            found.append(one)
            walk(one.path)

    walk("")
    return found


def _is_below(path: str, removed: Iterable[str]) -> bool:
    return bool(set(parents(path)) & set(removed))


def _plain(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for piece in words if (one := plain(piece)))


def _check(words: Iterable[str]) -> None:
    for one in words:
        choices = 1
        for part in plain(one).split():
            choices *= part.count("|") + (2 if part.startswith("?") else 1)
        if choices > MOST_SPELLINGS:
            raise refusal("word_too_wide", "fewer choices in one entry")
        ways = spelled_out(plain(one))
        if not ways or any(_says_nothing(way) for way in ways):
            raise refusal("word_says_nothing", "a word to look for")


def _says_nothing(way: tuple[str, ...]) -> bool:
    """Only gaps, a gap at an end, or a beginning of fewer than three signs: it would be found everywhere."""
    return "_" in (way[0], way[-1]) or any(one.endswith("*") and len(one) < 4 for one in way) or not any(way)
