"""What recipients are told of alerts, in mails, tasks, files and webhook calls. Pure.

The words of a customer are text of anybody's making: nothing here makes them into markup, headers or links.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from relationship.clock import day_of
from relationship.letters.digests import LONGEST_PARAGRAPH, MOST_PARAGRAPHS, Notice, plain_line
from relationship.store.alerts.alerts import Raised
from relationship.verbatims import names
from relationship.verbatims.alerts.conditions import NUMBERS, Because
from relationship.verbatims.catalogue import Catalogue

LONGEST_EXCERPT = 200
LONGEST_IN_A_CALL = 5_000
_FR: Mapping[str, str] = {
    "site": "site", "business_unit": "unité d’affaires", "responsibility_centre": "centre de responsabilité",
    "segment": "segment", "vip": "client VIP", "source": "source", "emotion": "émotion", "intensity": "intensité",
    "opinion": "avis", "theme": "thème", "keyword": "mot-clé", "sensitivity": "sensibilité",
    "moment": "moment de vie", "threat": "menace de départ", "satisfaction": "satisfaction",
    "recommendation": "recommandation", "health": "santé du compte", "health_status": "statut de santé",
    "churn": "risque de résiliation", "likeness": "ressemblance avec les clients perdus (%)",
    "like_lost": "parle comme les clients perdus", "favourable": "favorable", "unfavourable": "défavorable",
    "healthy": "sain", "escalated": "aggravé", "at_risk": "à risque",
    "not": "pas", "; ": "\u00a0; ", "said_on": "Dit le {day}.",
    "why": "Pourquoi\u00a0: {reasons}.", "customer": "un client", "of": "{rule}\u00a0: {account}",
    "many": "{rule}\u00a0: {count} alertes", "task": "À rappeler\u00a0: {account}", "no_owner":
    "Ce compte n’a pas de propriétaire\u00a0: vous êtes prévenu à sa place.",
    "owner_gone": "Le propriétaire de ce compte n’est plus là\u00a0: vous êtes prévenu à sa place.",
}  # fmt: skip
_EN: Mapping[str, str] = {
    "business_unit": "business unit", "responsibility_centre": "responsibility centre", "vip": "VIP customer",
    "keyword": "keyword", "moment": "life moment", "threat": "threat to leave", "health": "account health",
    "health_status": "health status", "churn": "churn risk", "likeness": "likeness to lost customers (%)",
    "like_lost": "speaks like lost customers", "said_on": "Said on {day}.", "why": "Why: {reasons}.",
    "customer": "a customer",
    "of": "{rule}: {account}", "many": "{rule}: {count} alerts", "task": "Call back: {account}",
    "no_owner": "This account has no owner: you are told instead.",
    "owner_gone": "The owner of this account is not there any more: you are told instead.",
}  # fmt: skip
# Conditions whose values have names of their own (`verbatims/names.py`).
_NAMED = frozenset(names.SORTS)


def word(name: str, language: str) -> str:
    """A word of conditions as people say it."""
    return (_FR if language == "fr" else _EN).get(name, name.replace("_", " "))


def reason(because: Because, language: str, *, themes: Catalogue | None = None) -> str:
    """One condition that held, in words. themes: the catalogue in force, None for that of the product.

    >>> reason(Because("emotion", "anger"), "fr")
    'émotion\\xa0: colère'
    """
    name = word(because.what, language)
    parts = because.found.split(", ") if because.found else []
    found = ", ".join(_value(because.what, one, language, themes) for one in parts)
    if because.negative:
        found = f"{word('not', language)} …" if not found else f"{word('not', language)} {found}"
    return f"{name}\u00a0: {found}" if found and language == "fr" else f"{name}: {found}" if found else name


def _value(what: str, found: str, language: str, themes: Catalogue | None) -> str:
    if what in _NAMED:
        return names.within(names.name(what, found, language, themes=themes))
    if what in NUMBERS and language == "fr":
        return found.replace(".", ",")
    return word(found, language) if what in ("opinion", "health_status") else found


def why(alert: Raised, language: str, *, themes: Catalogue | None = None) -> str:
    reasons = (reason(one, language, themes=themes) for one in alert.because)
    return word("why", language).format(reasons=word("; ", language).join(reasons))


def day_in_words(day: date, language: str) -> str:
    """As people write a day.

    >>> day_in_words(date(2026, 6, 17), "fr"), day_in_words(date(2026, 6, 17), "en")
    ('17 juin 2026', '17 June 2026')
    """
    return format_date(day, "long", locale="fr" if language == "fr" else "en_GB")


def notice(alert: Raised, *, language: str, link: str, themes: Catalogue | None = None, instead: str = "") -> Notice:
    """One alert as a mail of its own. link: '' for readers without access to the platform; instead: why the reader is
    told for the owner of the account, 'no_owner' or 'owner_gone'."""
    subject = word("of", language).format(
        rule=alert.rule_name, account=alert.account_name or word("customer", language)
    )
    said = (_said(alert), f"{_said_on(alert, language)} {why(alert, language, themes=themes)}")
    return Notice(subject, (*said, word(instead, language)) if instead else said, link, alert.rule_name)


def digest(alerts: Sequence[Raised], *, language: str, link: str) -> list[Notice]:
    """Many alerts of one rule, a line each, in notices that leave together."""
    if not alerts:
        return []
    name = alerts[0].rule_name
    subject = word("many", language).format(rule=name, count=len(alerts))
    found = []
    for place in range(0, len(alerts), MOST_PARAGRAPHS):
        part = alerts[place : place + MOST_PARAGRAPHS]
        heading = subject if len(alerts) <= MOST_PARAGRAPHS else f"{subject} ({place + 1}–{place + len(part)})"
        found.append(Notice(heading, tuple(_line(one, language) for one in part), link, name))
    return found


def task_texts(
    alert: Raised, *, subject: str, language: str, link: str, themes: Catalogue | None = None
) -> tuple[str, str]:
    """Subject and description of a task; subject: as the rule has it, '' for the usual one."""
    account = alert.account_name or word("customer", language)
    head = plain_line(subject or word("task", language).format(account=account))
    reasons = plain_line(why(alert, language, themes=themes), LONGEST_PARAGRAPH)
    return head, "\n".join((plain_line(alert.rule_name), _said(alert), _said_on(alert, language), reasons, link))


def note_texts(alert: Raised, *, language: str, link: str, themes: Catalogue | None = None) -> tuple[str, str]:
    """Subject and text of a note on the account: what was said, when, and why the rule found it."""
    reasons = plain_line(why(alert, language, themes=themes), LONGEST_PARAGRAPH)
    return plain_line(alert.rule_name), "\n".join((_said_on(alert, language), _said(alert), reasons, link))


def body(alert: Raised, *, link: str) -> dict[str, Any]:
    """As JSON, for webhooks and files."""
    account = alert.account
    return {
        "alert": alert.id,
        "rule": {"id": alert.rule_id, "name": alert.rule_name},
        "record": {"kind": "account", "id": account.guid, "name": alert.account_name} if account else None,
        "verbatim": {
            "id": alert.verbatim_id,
            "day": day_of(alert.day).isoformat(),
            "text": alert.text[:LONGEST_IN_A_CALL],
            "emotion": alert.emotion,
        },
        "because": [{"what": one.what, "found": one.found, "negative": one.negative} for one in alert.because],
        "url": link,
    }


def _said(alert: Raised) -> str:
    return plain_line(f"«\u00a0{alert.text[:LONGEST_PARAGRAPH]}\u00a0»", LONGEST_PARAGRAPH)


def _said_on(alert: Raised, language: str) -> str:
    return word("said_on", language).format(day=day_in_words(day_of(alert.day), language))


def _line(alert: Raised, language: str) -> str:
    excerpt = plain_line(alert.text[: LONGEST_EXCERPT * 2], LONGEST_EXCERPT)
    emotion = names.within(names.name("emotion", alert.emotion, language))
    parts = [str(alert.id), day_in_words(day_of(alert.day), language), alert.account_name, emotion]
    return f"{' · '.join(filter(None, parts))} — {excerpt}"
