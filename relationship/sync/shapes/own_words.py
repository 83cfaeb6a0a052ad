"""What somebody wrote in a mail themselves: without quoted mail, signature, disclaimer and markup. Pure.

mail-parser-reply cuts what it knows; the forms before it are those it misses (French Outlook, wrapped headers, phones).
A mail that only passes on another one has no words of its own.
"""

import html
import re
from collections.abc import Sequence

from mailparser_reply import EmailMessage

from relationship.verbatims.readable import readable

# Nobody tells what they think in more; what follows is not looked at.
LONGEST = 20_000
LONGEST_LINE = 2_000
LANGUAGES = ("fr", "en")

_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2028\u2029\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_BLANKS = re.compile(r"[^\S\n]+")
_WROTE = re.compile(r"(?:le|on)\b.{4,250}?(?:a écrit|wrote) ?:$", re.IGNORECASE)
_FROM = re.compile(r"\*?(?:de|from|von) ?:", re.IGNORECASE)
_BESIDE_FROM = re.compile(r"\*?(?:envoyé|date|sent|à|to|objet|subject) ?:", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"-{2,} ?(?:message (?:d['’]origine|original|transféré)|original message|forwarded message) ?-{2,}$"
    r"|(?:début du message (?:transféré|réexpédié)|begin forwarded message) ?:?$|_{10,}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:bien |très |meilleures |sincères |cordiales |respectueuses )*"
    r"(?:cordialement|salutations|amicalement|cdlt|cordlt|crdlt|cdt)"
    r"|bien à (?:vous|toi)|bàv|respectueusement|sincèrement|à (?:très )?bientôt"
    r"|(?:bonne|belle|excellente) (?:fin de )?(?:journée|soirée|semaine|réception|continuation)"
    r"|(?:avec|recevez|croyez).{0,40} (?:mes|nos) .{0,20}(?:remerciements|salutations|sentiments).{0,40}"
    r"|avec (?:mes|nos) .{0,20}(?:remerciements|salutations|sentiments).{0,40}|sentiments (?:dévoués|distingués)"
    r"|(?:en vous remerciant|merci|thanks|thank you) (?:d['’]avance|par avance|in advance)"
    r"|dans l['’]attente de .{1,40}|je vous prie d['’]agréer.{0,120}|veuillez agréer.{0,120}"
    r"|(?:best |kind |kindest |warm )*regards|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|cheers"
    r"|best wishes|many thanks|with thanks|take care|yours)"
    r"(?: à vous| et bonne journée)? ?[,.!]?$",
    re.IGNORECASE,
)
# Thanks close a mail where a name follows; else they are words like others.
_THANKS = re.compile(r"(?:merci|thanks|thank you) ?[,.!]?$", re.IGNORECASE)
_NAME = re.compile(r"[A-ZÀ-Ý][\w.'’-]*(?: [A-ZÀ-Ý][\w.'’-]*){0,3}$")
_GREETING = re.compile(
    r"(?:bonjour|bonsoir|chère?s?|madame|monsieur|messieurs|hello|hi|dear|good (?:morning|afternoon))\b[^.!?]{0,60}$",
    re.IGNORECASE,
)
# "Envoyé depuis trois semaines, …" is somebody's own complaint: a device or a mail program must be named.
_DEVICE = (
    r"(?:i(?:phone|pad)|android|galaxy|samsung|huawei|xiaomi|pixel|blackberry|mobile|smartphone|téléphone|phone|tablette"
    r"|tablet|portable|appareil|device|outlook|e?-?mail|messagerie|courrier|yahoo|gmail|windows|mac(?:book)?|proton)"
)
_PHONE = re.compile(
    r"(?:envoyé|sent) (?:de(?:puis)?\b|d['’]|à partir d['’eu]|avec|par|via|from|with|using)[^,;!?]{0,50}"
    rf"\b{_DEVICE}\b[^,;!?]{{0,40}}$"
    r"|(?:obten(?:ir|ez)|télécharge[rz]|get|download) outlook(?: (?:pour|for) .{1,60}|<.{1,60})?$"
    r"|(?:provenance|from) ?: (?:courrier|mail)\b.{0,80}windows.{0,10}$",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"(?:ce (?:message|courriel|mail|courrier électronique)|this (?:e-?mail|message))\b.{0,300}"
    r"(?:confidenti|destinataire|addressee|intended)"
    r"|(?:pensez à l['’]environnement|avant d['’]imprimer|please consider the environment)",
    re.IGNORECASE,
)
_BLOCKS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4"})
_NO_TEXT = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("style", "script", "head", "title")}
_QUOTED_MARKUP = re.compile(
    r"blockquote\b|div\b.*(?:gmail_quote|divRplyFwdMsg|yahoo_quoted)", re.IGNORECASE | re.DOTALL
)


def own_words(body: str, *, is_html: bool = False) -> str:
    """What the sender wrote, '' when there is nothing of their own.

    >>> own_words("Je suis déçu.\\n\\nCdlt\\nPaul\\n\\nLe 3 juin 2026, Avis <a@b.example>\\na écrit :\\n> Bonjour")
    'Je suis déçu.'
    """
    text = _plain(body) if is_html else body
    text = _HIDDEN.sub("", readable(text[: 4 * LONGEST]))
    lines = _one_blank([part for line in text.split("\n") for part in _bearable(_BLANKS.sub(" ", line).strip())])
    shortened = "\n".join(lines)[:LONGEST].split("\n")
    above = _without_ending(_without_quotes(shortened))
    found = EmailMessage(text="\n".join(above), languages=list(LANGUAGES), keep_hyphen_lists=True).read().replies
    words = found[0].body if found and not found[0].headers else ""
    said = [line for line in words.split("\n") if not line.startswith(">")]
    own = "\n".join(said[1:] if len(said) > 1 and _GREETING.match(said[0]) else said).strip()
    return own if any(sign.isalpha() for sign in own) else ""


def _plain(body: str) -> str:
    """Text of HTML, up to where a mail program quotes; only for a server that ignores that text is preferred.

    What has no end takes the rest with it, so the time stays in proportion to the length.
    """
    body, parts, at = body[: 20 * LONGEST], [], 0
    while (begin := body.find("<", at)) >= 0:
        parts.append(body[at:begin])
        is_comment = body.startswith("<!--", begin)
        end = body.find("-->" if is_comment else ">", begin)
        tag = body[begin + 1 : end]
        if end < 0 or (not is_comment and _QUOTED_MARKUP.match(tag)):
            break
        at = end + (3 if is_comment else 1)
        name = tag.strip("/ ").partition(" ")[0].lower()
        if name in _BLOCKS:
            parts.append("\n")
        elif name in _NO_TEXT and not tag.startswith("/"):
            closed = _NO_TEXT[name].search(body, at)
            if closed is None:
                break
            at = closed.end()
    else:
        parts.append(body[at:])
    return html.unescape("".join(parts))


def _bearable(line: str) -> list[str]:
    """The line in pieces that patterns are quick with; nobody's paragraph is that long."""
    return [line[at : at + LONGEST_LINE] for at in range(0, len(line), LONGEST_LINE)] or [""]


def _one_blank(lines: Sequence[str]) -> list[str]:
    return [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]


def _without_quotes(lines: list[str]) -> list[str]:
    """The lines above quoted mail, or between its lines when somebody answered there."""
    for place in range(len(lines)):
        length = _header_length(lines, place)
        if length:
            below = lines[place + length :]
            quoted = [line.startswith(">") for line in below if line]
            answers = [line for line in below if not line.startswith(">")] if any(quoted) else []
            return [*lines[:place], *answers]
    return [line for line in lines if not line.startswith(">")]


def _header_length(lines: Sequence[str], place: int) -> int:
    """How many lines the header of a quoted mail takes that begins here; 0 when none does."""
    line = lines[place].lstrip("> ")
    if _SEPARATOR.match(line):
        return 1
    if line[:3].lower() in ("le ", "on "):
        for length in (1, 2, 3):
            joined = " ".join(part for part in (line, *lines[place + 1 : place + length]) if part)
            if _WROTE.match(joined) and any(sign.isdecimal() or sign == "@" for sign in joined):
                return length
    if _FROM.match(line) and any(_BESIDE_FROM.match(other) for other in lines[place + 1 : place + 5]):
        return 1
    return 0


def _without_ending(lines: list[str]) -> list[str]:
    """The lines above the signature or the disclaimer."""
    said = ""
    for place, line in enumerate(lines):
        if line == "--" or _PHONE.match(line) or _DISCLAIMER.match(line) or (place and _CLOSING.match(line)):
            return lines[:place]
        if _NAME.match(line) and _THANKS.match(said):
            return lines[:place]
        said = line or said
    return lines
