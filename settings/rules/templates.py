"""The texts with which one asks for an introduction: what may stand in them, and how they become a letter. Pure.

A template is plain text with placeholders, and nothing else: `{{ contact.name }}`. Tags, filters, expressions and
the syntax of other engines are refused when the template is saved, with line and column. Values are text: what
looks like a placeholder in a value stays as it is.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from liquid import Environment, StrictUndefined

# Who asks, who is asked, whom to meet, what about, and a sentence that says who knows that person. One that the CRM
# or the seller leaves empty has words that stand in for it, or goes away with what leads to it: a comma, brackets, a
# preposition, its own line.
KNOWN = (
    "seller.name",
    "seller.first_name",
    "colleague.name",
    "colleague.first_name",
    "contact.name",
    "contact.first_name",
    "contact.job_title",
    "contact.company",
    "opportunity.name",
    "acquaintance",
    "reason",
)
STAND_INS: Mapping[str, Mapping[str, str]] = {
    "fr": {"opportunity.name": "notre projet"},
    "en": {"opportunity.name": "our project"},
}
# A name or a subject of the CRM is a line; a sentence has three of them; the reason is what a seller wrote.
LONGEST_VALUE, LONGEST_SENTENCE, LONGEST_REASON = 200, 700, 1_000
LONGEST_SUBJECT, LONGEST_BODY = 255, 10_000

_PLACEHOLDER = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.]*)[ \t]*\}\}")
# Whatever another engine, or Liquid itself, would do something with. A lone brace has no place in a letter.
_SYNTAX = re.compile(
    r"[{}]|<[%?]|[%?]>|\[\[|\]\]|\$[A-Za-z_(]|%[A-Za-z_]\w*%|%\([^)\n]*\)[a-z]|@[({]|#[A-Za-z]+\(|\*\||\|\*"
)
_MARKUP = re.compile(r"<[A-Za-z/!]")
# Control signs, those that turn the direction of writing, and Unicode's separators, which some mail programs break at.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0\ufdd1]")
_BREAK = re.compile(r"[\n\t]|%0[ad]|&#(?:1[03]|x0?[ad]);|\\[rn]|=0[ad]", re.IGNORECASE)
_PREPOSITIONS = "chez|de|avec|pour|sur|à|en tant que|at|with|for|from|of|about|as"
# Mark an empty value, and the words that stand in for one, while a letter is put together; no text may hold them.
_EMPTY, _STAND_IN = "\ufdd0", "\ufdd1"


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot stand in a template, and where. line, column: from 1; nearest: a known name, or ''."""

    code: str
    line: int
    column: int
    found: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """subject: one line; body: plain text with LF."""

    subject: str
    body: str


def fault(text: str, *, one_line: bool = False) -> Fault | None:
    """The first thing in a template that cannot be saved, None when all is well. one_line: the subject of a mail.

    >>> fault("Bonjour {{ contact.nom }}")
    Fault(code='template_unknown_name', line=1, column=9, found='contact.nom', nearest='contact.name')
    >>> fault("{% if contact %}x{% endif %}").code
    'template_syntax'
    """
    faults = list(_faults(text, one_line=one_line))
    if not faults:
        return None
    at, code, found, nearest = min(faults)
    return Fault(code, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), found[:40], nearest)


def letter(subject: str, body: str, values: Mapping[str, str], *, language: str) -> Letter:
    """The letter that a template gives; `values` by known name, a missing one counts as empty.

    Raises ValueError for a template that `fault` does not pass, so that nothing unchecked is ever rendered.
    """
    return Letter(
        _rendered(subject, values, language, one_line=True).replace("\n", " ")[:LONGEST_SUBJECT].rstrip(),
        _rendered(body, values, language, one_line=False)[:LONGEST_BODY],
    )


def names_in(text: str) -> frozenset[str]:
    """The names of the placeholders of a text."""
    return frozenset(match[1] for match in _PLACEHOLDER.finditer(text))


def with_line_feeds(text: str) -> str:
    """The text with one kind of line end: what browsers and Windows send is no fault of the writer."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def first_name(name: str) -> str:
    """The name by which one greets somebody, from a display name; '' for an empty one.

    >>> first_name("Jean-Pierre Martin"), first_name("MARTIN, Jean-Pierre"), first_name("MARTIN Jean-Pierre")
    ('Jean-Pierre', 'Jean-Pierre', 'Jean-Pierre')
    """
    _, comma, after = name.partition(",")
    words = (after if comma and after.strip() else name).split()
    own = [word for word in words if not word.isupper() or len(word) < 3] or words
    return own[0] if own else ""


def _faults(text: str, *, one_line: bool) -> Iterator[tuple[int, str, str, str]]:
    """(place, code, what was found, nearest known name), in no order."""
    bare = list(text)
    for match in _PLACEHOLDER.finditer(text):
        # A brace more on either side makes it something else: {{{ … }}}.
        if text[match.start() - 1 : match.start()] == "{" or text[match.end() : match.end() + 1] == "}":
            continue
        bare[match.start() : match.end()] = " " * (match.end() - match.start())
        if match[1] not in KNOWN:
            near = difflib.get_close_matches(match[1].lower(), KNOWN, n=1, cutoff=0.5)
            yield match.start(), "template_unknown_name", match[1], near[0] if near else ""
    rest = "".join(bare)
    for code, pattern in (("template_syntax", _SYNTAX), ("template_markup", _MARKUP), ("template_control", _CONTROL)):
        if found := pattern.search(rest):
            yield found.start(), code, text[found.start() :].split("\n")[0], ""
    if one_line and (found := _BREAK.search(rest)):
        yield found.start(), "template_line_break", found[0].strip(), ""


def _rendered(text: str, values: Mapping[str, str], language: str, *, one_line: bool) -> str:
    found = fault(text, one_line=one_line)
    if found is not None:
        raise ValueError(f"a template with {found.code} in line {found.line}, column {found.column}")
    tree: dict[str, Any] = {}
    for name in KNOWN:
        head, _, leaf = name.partition(".")
        value = _clean(name, values.get(name, "")) or _instead(name, language)
        if leaf:
            tree.setdefault(head, {})[leaf] = value
        else:
            tree[head] = value
    return _tidy(_environment().from_string(text).render(tree))


@cache
def _environment() -> Environment:
    return _Environment(undefined=StrictUndefined)


class _Environment(Environment):
    """Liquid without tags and filters; the limit is on bytes put out, far above what `letter` keeps."""

    output_stream_limit = 200_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        # How Liquid itself writes text and output, and refuses the rest; every other tag is known by a name.
        self.tags = {name: tag for name, tag in self.tags.items() if name in {"content", "output", "illegal"}}
        self.filters = {}


def _clean(name: str, value: str) -> str:
    """A value as text of one line (the reason: of several), without control signs, cut at its limit."""
    text = _CONTROL.sub("", unicodedata.normalize("NFC", with_line_feeds(value)))
    if name == "reason":
        lines = (" ".join(line.split()) for line in text.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST_REASON].rstrip()
    longest = LONGEST_SENTENCE if name == "acquaintance" else LONGEST_VALUE
    return " ".join(text.split())[:longest].rstrip()


def _instead(name: str, language: str) -> str:
    words = STAND_INS[language].get(name)
    return f"{_STAND_IN}{words}{_STAND_IN}" if words else _EMPTY


def _tidy(text: str) -> str:
    """The text without its empty values and what led to them: brackets, a comma, a preposition, a line of their own.

    Words that stand in for a value lose the quotation marks that the value would have had.
    """
    if _STAND_IN in text:
        text = re.sub(rf"[«“\"][^\S\n]*{_STAND_IN}([^{_STAND_IN}]*){_STAND_IN}[^\S\n]*[»”\"]", r"\1", text)
        text = text.replace(_STAND_IN, "")
    if _EMPTY in text:
        text = re.sub(
            rf"[ \t]*(?:\([^\S\n]*{_EMPTY}[^\S\n]*\)|«[^\S\n]*{_EMPTY}[^\S\n]*»|[\"“]{_EMPTY}[\"”])", "", text
        )
        text = re.sub(rf"^[^\w\n]*{_EMPTY}[^\w\n]*$\n?", "", text, flags=re.MULTILINE)
        text = re.sub(rf"[ \t]*,?[ \t]+(?:{_PREPOSITIONS})[ \t]+{_EMPTY}", "", text)
        text = re.sub(rf"[ \t]*,[ \t]*{_EMPTY}", "", text)
        text = re.sub(rf"[^\S\n]*{_EMPTY}", "", text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
