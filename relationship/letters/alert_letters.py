"""What recipients are told of alerts, in mails, tasks, files and webhook calls. Pure.

The words of a customer are text of anybody's making: nothing here makes them into markup, headers or links.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from relationship.clock import day_of
from relationship.letters.digests import LONGEST_PARAGRAPH, MOST_PARAGRAPHS, Notice, plain_line
from relationship.store.alerts.alerts import Raised
from relationship.verbatims.alerts.conditions import Because

LONGEST_EXCERPT = 200
LONGEST_IN_A_CALL = 5_000
_FR: Mapping[str, str] = {
    "site": "site", "business_unit": "unité d’affaires", "responsibility_centre": "centre de responsabilité",
    "segment": "segment", "vip": "client VIP", "source": "source", "emotion": "émotion", "intensity": "intensité",
    "opinion": "avis", "theme": "thème", "keyword": "mot-clé", "sensitivity": "sensibilité",
    "moment": "moment de vie", "threat": "menace de départ", "satisfaction": "satisfaction",
    "recommendation": "recommandation", "health": "santé du compte", "health_status": "statut de santé",
    "churn": "risque de résiliation", "likeness": "ressemblance avec les clients perdus (%)",
    "like_lost": "parle comme les clients perdus",
    "joy": "joie", "surprise": "surprise", "calm": "calme", "fear": "peur", "sadness": "tristesse",
    "anger": "colère", "disgust": "dégoût", "considering": "envisagée", "conditional": "sous condition",
    "decided": "décidée", "favourable": "favorable", "unfavourable": "défavorable", "survey": "enquête",
    "review": "avis en ligne", "chat": "conversation", "comment": "commentaire", "mailbox": "e-mail",
    "not": "pas", "why": "Pourquoi\u00a0: {reasons}.", "customer": "un client", "of": "{rule}\u00a0: {account}",
    "many": "{rule}\u00a0: {count} alertes", "task": "À rappeler\u00a0: {account}",
}  # fmt: skip
_EN: Mapping[str, str] = {
    "business_unit": "business unit", "responsibility_centre": "responsibility centre", "vip": "VIP customer",
    "keyword": "keyword", "moment": "life moment", "threat": "threat to leave", "health": "account health",
    "health_status": "health status", "churn": "churn risk", "likeness": "likeness to lost customers (%)",
    "like_lost": "speaks like lost customers",
    "mailbox": "e-mail", "why": "Why: {reasons}.", "customer": "a customer", "of": "{rule}: {account}",
    "many": "{rule}: {count} alerts", "task": "Call back: {account}",
}  # fmt: skip


def word(name: str, language: str) -> str:
    """A word of conditions as people say it."""
    return (_FR if language == "fr" else _EN).get(name, name.replace("_", " "))


def reason(because: Because, language: str) -> str:
    """One condition that held, in words.

    >>> reason(Because("emotion", "anger"), "fr")
    'émotion\\xa0: colère'
    """
    name = word(because.what, language)
    found = ", ".join(word(one, language) for one in because.found.split(", ")) if because.found else ""
    if because.negative:
        found = f"{word('not', language)} …" if not found else f"{word('not', language)} {found}"
    return f"{name}\u00a0: {found}" if found and language == "fr" else f"{name}: {found}" if found else name


def why(alert: Raised, language: str) -> str:
    return word("why", language).format(reasons="; ".join(reason(one, language) for one in alert.because))


def notice(alert: Raised, *, language: str, link: str) -> Notice:
    """One alert as a mail of its own. link: '' for readers without access to the platform."""
    subject = word("of", language).format(
        rule=alert.rule_name, account=alert.account_name or word("customer", language)
    )
    return Notice(subject, (_said(alert), why(alert, language)), link, alert.rule_name)


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


def task_texts(alert: Raised, *, subject: str, language: str, link: str) -> tuple[str, str]:
    """Subject and description of a task; subject: as the rule has it, '' for the usual one."""
    account = alert.account_name or word("customer", language)
    head = plain_line(subject or word("task", language).format(account=account))
    return head, "\n".join((plain_line(alert.rule_name), _said(alert), plain_line(why(alert, language)), link))


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


def _line(alert: Raised, language: str) -> str:
    excerpt = plain_line(alert.text[: LONGEST_EXCERPT * 2], LONGEST_EXCERPT)
    parts = [str(alert.id), day_of(alert.day).isoformat(), alert.account_name, word(alert.emotion, language)]
    return f"{' · '.join(filter(None, parts))} — {excerpt}"
