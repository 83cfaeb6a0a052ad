"""The mails about introductions as plain text: what a seller may write, and the fixed frame around it. Pure.

Nothing is expanded here: a placeholder that is still in a text is sent as it stands.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from relationship.introductions import LINK_DAYS, NotAllowed, Step
from settings.rules import Template
from settings.rules.templates import Letter, first_name, with_line_feeds

LONGEST_SUBJECT, LONGEST_BODY = 200, 4_000
# Windows hands a mail program no longer address than this; a longer letter is sent another way.
LONGEST_COMPOSE_ADDRESS = 8_000

_LINE_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|%0[ad]|&#(?:1[03]|x0?[ad]);|\\[rn]|=0[ad]", re.IGNORECASE)
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bq]\?", re.IGNORECASE)
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufdd0\ufdd1]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# What each link says, in the order in which they stand.
CHOICES: Mapping[str, Mapping[Step, str]] = {
    "fr": {
        Step.ACCEPT: "D’accord, je fais la présentation",
        Step.PASS_ON: "Quelqu’un d’autre est mieux placé que moi",
        Step.NOT_WELL: "Je ne connais pas assez bien cette personne",
        Step.DECLINE: "Pas cette fois",
    },
    "en": {
        Step.ACCEPT: "Yes, I will introduce you",
        Step.PASS_ON: "Somebody else is better placed than I am",
        Step.NOT_WELL: "I don’t know this person well enough",
        Step.DECLINE: "Not this time",
    },
}
_FRAME: Mapping[str, tuple[str, str]] = {
    "fr": (
        "Pour répondre en un clic, sans vous connecter\u00a0:",
        "Ces liens sont pour vous seul et servent une fois, pendant {days}\u00a0jours. Votre réponse n’est visible "
        "que de la personne qui vous écrit.",
    ),
    "en": (
        "To answer with one click, without signing in:",
        "These links are for you alone and work once, for {days} days. Only the person who writes to you sees your "
        "answer.",
    ),
}
# Who knows the contact: the colleague who is asked, or one whom this colleague can ask.
_ACQUAINTANCE: Mapping[str, tuple[str, str, str]] = {
    "fr": (
        "Vous connaissez {contact}.",
        "{second} connaît {contact}, et vous pouvez lui en parler.",
        "{name}, chez {company}",
    ),
    "en": ("You know {contact}.", "{second} knows {contact}, and you could have a word there.", "{name} at {company}"),
}
_REMINDER: Mapping[str, tuple[str, str]] = {
    "fr": (
        "Rappel\u00a0: {seller} vous demande une présentation",
        "Bonjour {colleague},\n\nIl y a quelques jours, {seller} vous a demandé d’être mis en relation avec "
        "{contact}. Sans réponse, la demande prend fin d’elle-même le septième jour\u00a0; c’est le seul rappel.",
    ),
    "en": (
        "Reminder: {seller} asks you for an introduction",
        "Hello {colleague},\n\nA few days ago {seller} asked you for an introduction to {contact}. Without an answer "
        "the request ends by itself on the seventh day; this is the only reminder.",
    ),
}
_NOTICE: Mapping[str, tuple[str, str]] = {
    "fr": (
        "Une réponse à votre demande de présentation",
        "Bonjour {seller},\n\n{colleague} a répondu à votre demande de présentation.\n\nVoir la réponse\u00a0: {link}",
    ),
    "en": (
        "An answer to your request for an introduction",
        "Hello {seller},\n\n{colleague} has answered your request for an introduction.\n\nSee the answer: {link}",
    ),
}


@dataclass(frozen=True, slots=True)
class Names:
    """How the people on a request are called. second: whom the colleague would have to ask, '' when the colleague
    knows the contact."""

    seller: str
    colleague: str
    contact: str
    job_title: str = ""
    company: str = ""
    opportunity: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Compose:
    """A letter to be opened in the seller's own mail program. outlook: the address of Outlook on the web, which shows
    it in a new window; mailto: for every other program."""

    outlook: str
    mailto: str


def prefilled(template: Template, names: Names, *, reason: str = "") -> Letter:
    """The letter that the seller finds in the form and may edit: placeholders become text here, once and for all."""
    return template.letter(
        {
            "seller.name": names.seller,
            "seller.first_name": first_name(names.seller),
            "colleague.name": names.colleague,
            "colleague.first_name": first_name(names.colleague),
            "contact.name": names.contact,
            "contact.first_name": first_name(names.contact),
            "contact.job_title": names.job_title,
            "contact.company": names.company,
            "opportunity.name": names.opportunity,
            "acquaintance": acquaintance(names, language=template.language),
            "reason": reason,
        }
    )


def acquaintance(names: Names, *, language: str) -> str:
    """A sentence that says who knows the contact, true of a way over one colleague and of one over two.

    >>> acquaintance(Names("Anne", "Bruno", "Tor Vik", company="Nordlys", second="Carla Moe"), language="en")
    'Carla Moe knows Tor Vik at Nordlys, and you could have a word there.'
    """
    direct, over_two, with_company = _ACQUAINTANCE[language]
    contact = with_company.format(name=names.contact, company=names.company) if names.company else names.contact
    return (over_two if names.second else direct).format(second=names.second, contact=contact)


def checked(subject: str, body: str) -> Letter:
    """What a seller wrote, in one spelling; NotAllowed, with the field, for what no plain letter may hold.

    >>> checked("  Une  présentation ", "Bonjour,\\r\\nmerci ").body
    'Bonjour,\\nmerci'
    """
    if _LINE_BREAK.search(subject) or _ENCODED_WORD.search(subject):
        raise _refused("subject", "subject_line_break", "The subject is one line of plain text.")
    line = " ".join(_TURNING.sub("", unicodedata.normalize("NFC", subject)).split())
    text = unicodedata.normalize("NFC", with_line_feeds(body))
    for field, found, longest in (("subject", line, LONGEST_SUBJECT), ("body", text, LONGEST_BODY)):
        if not found.strip():
            raise _refused(field, f"{field}_blank", "The letter needs a subject and a text.")
        if len(found) > longest:
            raise _refused(field, f"{field}_too_long", f"This is longer than {longest} characters.")
        if _MARKUP.search(found):
            raise _refused(field, f"{field}_markup", "A letter is plain text, without markup.")
        if _CONTROL.search(found):
            raise _refused(field, f"{field}_control", "The text holds characters that no mail may hold.")
    lines = (one.rstrip() for one in _TURNING.sub("", text).split("\n"))
    return Letter(line, re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip())


def framed(body: str, links: Mapping[Step, str], *, language: str) -> str:
    """The text that is sent: the seller's, then the four links, then what they are."""
    begin, end = _FRAME[language]
    choices = "\n\n".join(f"{words}{_colon(language)}\n{links[step]}" for step, words in CHOICES[language].items())
    return f"{body}\n\n-- \n{begin}\n\n{choices}\n\n{end.format(days=LINK_DAYS)}\n"


def reminder(names: Names, links: Mapping[Step, str], *, language: str) -> Letter:
    """The one reminder, sent by the service itself; without what the seller wrote."""
    subject, body = _REMINDER[language]
    values = {
        "seller": _line(names.seller),
        "colleague": _line(first_name(names.colleague)),
        "contact": _line(names.contact),
    }
    return Letter(subject.format(**values), framed(body.format(**values), links, language=language))


def notice(names: Names, link: str, *, language: str) -> Letter:
    """The seller learns that there is an answer, not which: the mail may be read by others."""
    subject, body = _NOTICE[language]
    values = {"seller": _line(first_name(names.seller)), "colleague": _line(names.colleague), "link": link}
    return Letter(subject, body.format(**values) + "\n")


def compose(to: str, letter: Letter, *, outlook_url: str) -> Compose:
    """The letter as addresses that open a window to write in; NotAllowed when it is too long for one."""
    query = {"to": to, "subject": letter.subject, "body": letter.body}
    mailto = f"mailto:{quote(to, safe='@')}?" + urlencode(
        {"subject": letter.subject, "body": letter.body.replace("\n", "\r\n")}, quote_via=quote
    )
    outlook = f"{outlook_url}?" + urlencode(query, quote_via=quote)
    if max(len(outlook), len(mailto)) > LONGEST_COMPOSE_ADDRESS:
        raise _refused("body", "body_too_long_to_compose", "This text is too long to be handed to your mail program.")
    return Compose(outlook, mailto)


def _line(text: str) -> str:
    """A name as part of one line."""
    return " ".join(_CONTROL.sub(" ", _TURNING.sub("", text)).split())


def _colon(language: str) -> str:
    return "\u00a0:" if language == "fr" else ":"


def _refused(field: str, code: str, message: str) -> NotAllowed:
    return NotAllowed(message, next_step="Change the text and send it again.", code=code, field=field)
