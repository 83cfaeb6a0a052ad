"""The form of one theme, or of the words of one sensitivity or moment: what is typed, and what it makes of the section.
Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from relationship.verbatims import word_lists
from relationship.verbatims.catalogue import DEEPEST, default_catalogue, parents
from settings.pages.keyed import new_key
from settings.rules import OwnTheme, OwnWords, Themes
from settings.rules.themes import LISTS

FIELDS = ("name", "name_en", "words_fr", "words_en")


@dataclass(frozen=True, slots=True)
class Written:
    """typed: as it stands in the fields; section: None while there is a fault; key: of what was written; fault: code
    and field."""

    typed: Mapping[str, str]
    section: Themes | None
    key: str = ""
    fault: str = ""
    field: str = ""


def words(text: str) -> tuple[str, ...]:
    """Words from a field: one a line, or parted by commas.

    >>> words("prix, tarif\\n\\nhors  de prix")
    ('prix', 'tarif', 'hors de prix')
    """
    pieces = (" ".join(one.split()) for one in re.split(r"[,\n\r;]", text.replace("\x00", "")))
    return tuple(dict.fromkeys(one for one in pieces if one))


def shown_theme(section: Themes, path: str) -> dict[str, str] | None:
    """The fields of a theme in force; None when there is none."""
    one = next((theme for theme in section.catalogue().themes if theme.path == path), None)
    if one is None:
        return None
    return {
        "name": one.names["fr"],
        "name_en": one.names["en"],
        "words_fr": "\n".join(one.patterns["fr"]),
        "words_en": "\n".join(one.patterns["en"]),
    }


def shown_list(section: Themes, key: str) -> dict[str, str] | None:
    """The fields of a sensitivity or moment, like 'sensitivity:price'; None when there is none."""
    sort, _, word = key.partition(":")
    if sort not in LISTS or word not in word_lists.words_of(LISTS[sort]):
        return None
    own = next((one for one in section.lists if one.key == key), None)
    if own is not None:
        return {"words_fr": "\n".join(own.words_fr), "words_en": "\n".join(own.words_en)}
    return {f"words_{language}": "\n".join(default_words(sort, word, language)) for language in word_lists.LANGUAGES}


def default_words(sort: str, word: str, language: str) -> list[str]:
    """The words of the product."""
    found = word_lists.sensitivities(language) if sort == "sensitivity" else word_lists.moments(language)
    return [pattern for pattern, meaning in found if meaning.word == word]


def theme(section: Themes, form: Mapping[str, str], *, path: str, under: str) -> Written:
    """The section with a theme changed, or added under another one ('' for the top)."""
    typed = {name: form.get(name, "") for name in FIELDS}
    name, name_en = (" ".join(typed[one].split()) for one in ("name", "name_en"))
    key = path or _new_path(section, under, name_en or name)
    if not name:
        return Written(typed, None, key, "string_too_short", "name")
    if key.count("/") >= DEEPEST:
        return Written(typed, None, key, "too_deep", "name")
    values: dict[str, Any] = {
        "key": key,
        "name": name,
        "name_en": name_en or name,
        "words_fr": words(typed["words_fr"]),
        "words_en": words(typed["words_en"]),
    }
    try:
        own = OwnTheme.model_validate(values)
        others = [one for one in section.own if one.key != key]
        return Written(typed, _validated(section, own=(*others, own)), key)
    except ValidationError as error:
        return _refused(typed, key, error)


def word_list(section: Themes, form: Mapping[str, str], *, key: str) -> Written:
    """The section with other words of a sensitivity or moment; those of the product again drop the change."""
    typed = {name: form.get(name, "") for name in ("words_fr", "words_en")}
    sort, _, word = key.partition(":")
    others = [one for one in section.lists if one.key != key]
    try:
        own = OwnWords(key=key, words_fr=words(typed["words_fr"]), words_en=words(typed["words_en"]))
        is_default = all(
            list(getattr(own, f"words_{language}")) == default_words(sort, word, language)
            for language in word_lists.LANGUAGES
        )
        return Written(typed, _validated(section, lists=tuple(others if is_default else [*others, own])), key)
    except ValidationError as error:
        return _refused(typed, key, error)


def without(section: Themes, path: str) -> Themes:
    """The section without a theme and all below it."""
    own = tuple(one for one in section.own if path not in parents(one.key))
    is_of_product = any(one.path == path for one in default_catalogue().themes)
    removed = tuple(dict.fromkeys((*section.removed, path))) if is_of_product else section.removed
    return _validated(section, own=own, removed=removed)


def as_at_first(section: Themes, key: str) -> Themes:
    """The section with a theme, sensitivity or moment as it comes with the product."""
    if ":" in key:
        return _validated(section, lists=tuple(one for one in section.lists if one.key != key))
    own = tuple(one for one in section.own if one.key != key)
    return _validated(section, own=own, removed=tuple(one for one in section.removed if one != key))


def _validated(section: Themes, **changes: Any) -> Themes:
    return Themes.model_validate({**{name: getattr(section, name) for name in Themes.model_fields}, **changes})


def _refused(typed: Mapping[str, str], key: str, error: ValidationError) -> Written:
    first = error.errors()[0]
    place = next((str(one) for one in first["loc"] if one in FIELDS), "")
    return Written(typed, None, key, first["type"], place)


def _new_path(section: Themes, under: str, name: str) -> str:
    taken = {one.path.rpartition("/")[2] for one in section.catalogue().themes}
    key = new_key(name, taken | set(section.removed)).replace("-", "_")
    key = key if key[:1].isalpha() else f"t_{key}"
    return f"{under}/{key[:40]}" if under else key[:40]
