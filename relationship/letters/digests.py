"""Mails of the service from notices: one by itself, or several joined into a digest; plain text and HTML. Pure.

A notice is plain text of anybody's making: names from the CRM, words of customers. Nothing in it can become a header,
a link or markup.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from html import escape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

LONGEST_SUBJECT, LONGEST_PARAGRAPH, MOST_PARAGRAPHS = 200, 2_000, 30

# Control signs, Unicode's separators, and what turns the direction of writing or cannot be seen.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)

# Spaces at which a line may break; the others are meant as they are.
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "digest": "{count} nouvelles dans vos relations",
        "more": "Ouvrir",
        "choice": "Vous recevez ce message parce que les notifications par e-mail sont activées.",
        "change": "Choisir autrement (tout de suite, une fois par jour, jamais)\u00a0:",
        "other": "Autres nouvelles",
        "outside": "Vous recevez ces alertes parce qu’un administrateur de l’expéditeur a confirmé votre adresse. "
        "Pour ne plus les recevoir, demandez-lui de la retirer.",
    },
    "en": {
        "digest": "{count} updates on your relationships",
        "more": "Open",
        "choice": "You receive this because notifications by mail are switched on.",
        "change": "Choose otherwise (at once, once a day, never):",
        "other": "Other updates",
        "outside": "You receive these alerts because an administrator of the sender confirmed your address. "
        "To stop them, ask the administrator to withdraw it.",
    },
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing somebody is told. subject: what a mail of its own is called, and its heading in a digest; paragraphs:
    plain text; link: where to go on, '' for nowhere; group: what it stands under in a digest, '' for none."""

    subject: str
    paragraphs: tuple[str, ...] = ()
    link: str = ""
    group: str = ""

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Notice":
        """From JSON that `body` made."""
        paragraphs = tuple(str(one) for one in body.get("paragraphs", ()))
        return cls(str(body["subject"]), paragraphs, str(body.get("link", "")), str(body.get("group", "")))


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail that is ready to leave. subject: one line; text, html: with LF."""

    subject: str
    text: str
    html: str


def composed(notices: Sequence[Notice], *, language: str, choice_link: str = "") -> Composed:
    """One mail for these notices; choice_link: where the reader chooses how to be told, '' for outside readers.

    >>> composed([Notice("A rating\\r\\nBcc: all", ("It fell.",))], language="en").subject
    'A rating Bcc: all'
    """
    words = _WORDS[language]
    clean = [_clean(one) for one in notices]
    frame = (words["choice"], words["change"], choice_link) if choice_link else (words["outside"], "", "")
    if len(clean) == 1:
        return _single(clean[0], words, frame)
    subject = words["digest"].format(count=len(clean))
    groups = _grouped(clean, words["other"])
    parts = [subject, ""]
    html = [f"<h1>{escape(subject)}</h1>"]
    for name, same in groups:
        if name:
            parts += [name.upper(), ""]
            html.append(f"<h2>{escape(name)}</h2>")
        for one in same:
            parts += [f"* {one.subject}", *(f"  {text}" for text in one.paragraphs)]
            parts += [f"  {one.link}", ""] if one.link else [""]
            html.append(f"<h3>{escape(one.subject)}</h3>{_paragraphs(one, words)}")
    return Composed(subject, _framed_text(parts, frame), _framed_html(html, frame, language))


def personal(subject: str, body: str, *, name: str, language: str) -> Composed:
    """A letter of one person: their text as it stands, paragraph by paragraph, with their name below."""
    blocks = [block for block in re.split(r"\n\s*\n", body.replace("\r\n", "\n").replace("\r", "\n")) if block.strip()]
    paragraphs = [[plain_line(line, LONGEST_PARAGRAPH) for line in block.split("\n")] for block in blocks]
    signed = [*paragraphs, [plain_line(name)]] if name.strip() else paragraphs
    text = "\n\n".join("\n".join(lines) for lines in signed)
    html = [f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in signed]
    return Composed(plain_line(subject), f"{text}\n", _framed_html(html, None, language))


def due_at(
    now: datetime,
    zone: ZoneInfo,
    *,
    digest: bool,
    urgent: bool = False,
    digest_hour: int = 8,
    quiet_from: int = 20,
    quiet_until: int = 7,
) -> datetime:
    """When a mail that is written now may arrive: at the next digest, or as soon as no quiet time is.

    >>> paris = ZoneInfo("Europe/Paris")
    >>> due_at(datetime(2026, 6, 17, 21, 30, tzinfo=paris), paris, digest=False).isoformat()
    '2026-06-18T07:00:00+02:00'
    """
    here = now.astimezone(zone)
    if digest:
        return _next(here, digest_hour)
    if urgent or not _is_quiet(here.hour, quiet_from, quiet_until):
        return here
    return _next(here, quiet_until)


def plain_line(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """Text as part of one line, without what cannot be seen."""
    line = _SPACES.sub(" ", _UNWANTED.sub(" ", unicodedata.normalize("NFC", text))).strip()
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _is_quiet(hour: int, begins: int, ends: int) -> bool:
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def _next(here: datetime, hour: int) -> datetime:
    found = datetime.combine(here.date(), time(hour), here.tzinfo)
    return found if found > here else datetime.combine(here.date() + timedelta(days=1), time(hour), here.tzinfo)


def _clean(one: Notice) -> Notice:
    paragraphs = tuple(plain_line(text, LONGEST_PARAGRAPH) for text in one.paragraphs[:MOST_PARAGRAPHS])
    return Notice(plain_line(one.subject), paragraphs, _link(one.link), plain_line(one.group))


def _link(link: str) -> str:
    """An address that a mail may hold, '' for any other."""
    if _UNWANTED.search(link) or any(sign in link for sign in " <>\"'"):
        return ""
    return link if urlsplit(link).scheme in ("https", "http") else ""


def _grouped(notices: Iterable[Notice], other: str) -> list[tuple[str, list[Notice]]]:
    """By group in the order of the first of each; those without one last."""
    found: dict[str, list[Notice]] = {}
    for one in notices:
        found.setdefault(one.group, []).append(one)
    without = found.pop("", [])
    groups = list(found.items())
    return [*groups, (other if groups else "", without)] if without else groups


def _single(one: Notice, words: Mapping[str, str], frame: tuple[str, str, str] | None) -> Composed:
    parts = [one.subject, ""]
    for text in one.paragraphs:
        parts += [text, ""]
    if one.link:
        parts += [one.link, ""]
    html = [f"<h1>{escape(one.subject)}</h1>{_paragraphs(one, words)}"]
    language = "fr" if words is _WORDS["fr"] else "en"
    return Composed(one.subject, _framed_text(parts, frame), _framed_html(html, frame, language))


def _paragraphs(one: Notice, words: Mapping[str, str]) -> str:
    texts = "".join(f"<p>{escape(text)}</p>" for text in one.paragraphs)
    return texts + (f'<p><a href="{escape(one.link)}">{words["more"]}</a></p>' if one.link else "")


def _framed_text(parts: Sequence[str], frame: tuple[str, str, str] | None) -> str:
    text = "\n".join(parts).rstrip()
    if frame is None:
        return f"{text}\n"
    return "\n".join([text, "", "-- ", frame[0], *([f"{frame[1]} {frame[2]}"] if frame[2] else []), ""])


def _framed_html(parts: Sequence[str], frame: tuple[str, str, str] | None, language: str) -> str:
    foot = ""
    if frame:
        shown = escape(frame[1].rstrip(" \u00a0:"))
        link = f' <a href="{escape(frame[2])}">{shown}</a>' if frame[2] else ""
        foot = f"<hr><p><small>{escape(frame[0])}{link}</small></p>"
    inside = "\n".join([*parts, foot])
    style = "font-family:Segoe UI,Arial,sans-serif;max-width:40em"
    return f'<!DOCTYPE html><html lang="{language}"><body style="{style}">\n{inside}\n</body></html>\n'
