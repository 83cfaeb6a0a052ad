"""The catalogue of themes: at most three levels, each with words in French and English; plain text that people edit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from relationship.verbatims.patterns import Meaning
from relationship.verbatims.word_lists import LANGUAGES, plain, text_of

DEEPEST = 3
MOST_THEMES = 500
LONGEST_NAME = 80
MOST_PATTERNS = 5_000
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Theme:
    """path: keys from the top, joined by '/';  names, patterns: by language."""

    path: str
    names: Mapping[str, str]
    patterns: Mapping[str, tuple[str, ...]]

    @property
    def level(self) -> int:
        return self.path.count("/") + 1


class BadCatalogue(ValueError):
    """A line of a catalogue that cannot be taken. code: what is wrong, a word;  line: from 1."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(f"{code} in line {line}")
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class OtherWords:
    """The words of a sensitivity or a moment in place of those of the product. sort: 'sensitivity' or 'moment';
    word: of that list;  patterns: by language."""

    sort: str
    word: str
    patterns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Themes, each after its parent, and lists with words of their own. Read it once and keep it: each catalogue has
    its words made ready."""

    themes: tuple[Theme, ...]
    others: tuple[OtherWords, ...] = ()

    def patterns(self, language: str) -> list[tuple[str, Meaning]]:
        found = [(pattern, Meaning("theme", one.path)) for one in self.themes for pattern in one.patterns[language]]
        return found + [
            (pattern, Meaning(one.sort, one.word)) for one in self.others for pattern in one.patterns[language]
        ]

    def replaces(self, meaning: Meaning) -> bool:
        """Whether a list of the product is not used because there are other words in its place."""
        return any((one.sort, one.word) == (meaning.sort, meaning.word) for one in self.others)

    def name(self, path: str, language: str) -> str:
        """What a theme is called, '' when the catalogue does not have it any more."""
        return next((one.names[language] for one in self.themes if one.path == path), "")


def parse(text: str) -> Catalogue:
    """Read a catalogue: one theme a line, two blanks per level, `key | French | English | its words in each`.

    raises  BadCatalogue with the first line that is wrong
    """
    themes: list[Theme] = []
    above: list[str] = []
    seen: set[str] = set()
    count = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#") or not line.strip():
            continue
        depth, odd = divmod(len(line) - len(line.lstrip(" ")), 2)
        if odd or depth > len(above) or depth >= DEEPEST:
            raise BadCatalogue("depth", number)
        parts = _parts(line)
        if len(parts) < 3 or not _KEY.fullmatch(parts[0]):
            raise BadCatalogue("key", number)
        names = dict(zip(LANGUAGES, parts[1:3], strict=True))
        if not all(0 < len(name) <= LONGEST_NAME for name in names.values()):
            raise BadCatalogue("name", number)
        above = [*above[:depth], parts[0]]
        path = "/".join(above)
        if path in seen or len(seen) >= MOST_THEMES:
            raise BadCatalogue("twice" if path in seen else "too_many", number)
        seen.add(path)
        words = [*parts[3:5], "", ""][:2]
        patterns = {
            language: tuple(one for piece in cell.split(",") if (one := plain(piece)))
            for language, cell in zip(LANGUAGES, words, strict=True)
        }
        count += sum(map(len, patterns.values()))
        if count > MOST_PATTERNS:
            raise BadCatalogue("too_many", number)
        themes.append(Theme(path, names, patterns))
    return Catalogue(tuple(themes))


def _parts(line: str) -> list[str]:
    """Cells are parted by a bar with blanks around it; a bar inside a word means "or"."""
    return [part.strip() for part in re.split(r"\s\|(?:\s|$)", line.strip())]


@cache
def default_catalogue() -> Catalogue:
    return parse(text_of("themes.txt"))


def parents(path: str) -> tuple[str, ...]:
    """A theme and all above it.

    >>> parents("service/support/delay")
    ('service', 'service/support', 'service/support/delay')
    """
    keys = path.split("/")
    return tuple("/".join(keys[: depth + 1]) for depth in range(len(keys)))
