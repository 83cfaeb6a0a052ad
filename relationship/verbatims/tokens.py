"""A text as words, ends of thoughts and ends of sentences, each with its place in the text.

Signs that nobody sees (zero width, direction of writing) are part of the word they stand in and do not count there.
The time grows with the length of the text and with nothing else.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0300-\u036f\ufe0f"
_TOKEN = re.compile(
    rf"(?P<word>[:;]-?[()D]|[☀-➿\U0001f300-\U0001faff]|[^\W_](?:[^\W_]|[{_UNSEEN}])*)"
    r"|(?P<end>[.!?…]+(?=\s|$|[\"»”)]|[A-ZÀ-Ý])|[\r\n]+)"
    r"|(?P<pause>[,;:()«»\"“”—–…/.!?])"
)
_STRIPPED = {ord(sign): None for sign in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f"} | {
    number: None for span in ((0x202A, 0x202F), (0x2061, 0x206A)) for number in range(*span)
}
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae", "ß": "ss", "’": "'"})
_STRETCHED = re.compile(r"(.)\1{2,}")

WORD, PAUSE = 0, 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """One sentence. words: lower case, '' for a pause;  starts, ends: places in the text;  shouts: exclamation marks.

    start, end  of the sentence in the text, without blanks around it
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    start: int
    end: int
    shouts: int
    asks: bool


def sentences(text: str) -> list[Tokens]:
    """The sentences of a text that have a word; [] for a text without."""
    found: list[Tokens] = []
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "end":
            signs = match.group()
            if words:
                last = ends[-1] if signs[0] in "\r\n" else match.end()
                found.append(Tokens(words, starts, ends, starts[0], last, signs.count("!"), "?" in signs))
                words, starts, ends = [], [], []
            continue
        if kind == "word":
            words.append(match.group().lower())
        elif words:
            words.append("")
        else:
            continue
        starts.append(match.start())
        ends.append(match.end())
    if words:
        found.append(Tokens(words, starts, ends, starts[0], ends[-1], 0, False))
    return found


def is_unseen(sign: str) -> bool:
    """Whether nobody sees a sign: of zero width, or turning the direction of writing."""
    return ord(sign) in _STRIPPED


def seen(word: str) -> str:
    """A word as it is read: signs that nobody sees are gone, parts of a letter are one sign.

    >>> seen("ré\\u200bsilier")
    'résilier'
    """
    return unicodedata.normalize("NFC", word.translate(_STRIPPED)) if not word.isascii() else word


def folded(word: str) -> str:
    """Lower case without accents, ligatures and stretched letters.

    >>> folded("Trooop DÉÇU, cœur")
    'trop decu, coeur'
    """
    return _remembered(word) if len(word) <= REMEMBERED else _folded(word)


def _folded(word: str) -> str:
    if word.isascii():
        bare = word.lower()
    else:
        parts = unicodedata.normalize("NFKD", word.translate(_STRIPPED).translate(LIGATURES))
        bare = "".join(sign for sign in parts if not unicodedata.combining(sign)).lower()
    return _STRETCHED.sub(r"\1", bare) if _STRETCHED.search(bare) else bare


# Longer words are no words of a language, and too many of them to keep.
REMEMBERED = 30
_remembered = lru_cache(maxsize=50_000)(_folded)
