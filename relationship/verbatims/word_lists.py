"""The lists of words in `words/`: read once per process, checked while they are read."""

import re
from functools import cache
from importlib import resources

from relationship.verbatims.patterns import Meaning

LANGUAGES = ("fr", "en")

_HEAD = re.compile(r"\[([^\]]+)\]")


@cache
def text_of(name: str) -> str:
    return (resources.files("relationship.verbatims") / "words" / name).read_text(encoding="utf-8")


def entries(text: str) -> list[tuple[str, str]]:
    """Each pattern of a list with the head it stands under. ValueError for a pattern before the first head."""
    found: list[tuple[str, str]] = []
    head = ""
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if match := _HEAD.fullmatch(line.strip()):
            head = match[1]
            continue
        if not head:
            raise ValueError(f"no head above {line[:40]!r}")
        found += [(head, pattern) for part in line.split(",") if (pattern := plain(part))]
    return found


def plain(pattern: str) -> str:
    """A pattern as it is matched: apostrophes and hyphens part words."""
    return " ".join(re.sub(r"['’]|(?<=\w)-(?=\w)", " ", pattern).split())


def cues(language: str) -> list[tuple[str, Meaning]]:
    """Cues of emotions: the word of the meaning names one or two emotions with +, '' for what says nothing."""
    found = []
    for head, pattern in entries(text_of(f"cues_{language}.txt")):
        name, _, strength = head.partition(" ")
        found.append((pattern, Meaning("cue", "" if name == "none" else name, int(strength or 1))))
    return found


def rules(language: str) -> list[tuple[str, Meaning]]:
    """Negators, what makes stronger or weaker, turns and ends of thoughts, who is meant."""
    listed = entries(text_of(f"rules_{language}.txt"))
    return [(pattern, Meaning("rule", head)) for head, pattern in listed if head != "between"]


def between(language: str) -> list[str]:
    """Adverbs that may stand between any two words of a pattern."""
    return [pattern for head, pattern in entries(text_of(f"rules_{language}.txt")) if head == "between"]


def threats(language: str) -> list[tuple[str, Meaning]]:
    return [(pattern, Meaning("threat", head)) for head, pattern in entries(text_of(f"threats_{language}.txt"))]


def moments(language: str) -> list[tuple[str, Meaning]]:
    return [(pattern, Meaning("moment", head)) for head, pattern in entries(text_of(f"moments_{language}.txt"))]


def sensitivities(language: str) -> list[tuple[str, Meaning]]:
    """What customers are sensitive to; a head with "telling" has patterns that say it without a feeling: strength 2."""
    found = []
    for head, pattern in entries(text_of(f"sensitivities_{language}.txt")):
        name, _, telling = head.partition(" ")
        found.append((pattern, Meaning("sensitivity", name, 2 if telling else 1)))
    return found


@cache
def words_of(sort: str) -> tuple[str, ...]:
    """The heads of a list ('moments', 'sensitivities'), in its order, of all languages."""
    heads = [head.split(" ")[0] for language in LANGUAGES for head, _ in entries(text_of(f"{sort}_{language}.txt"))]
    return tuple(dict.fromkeys(head for head in heads if head != "none"))
