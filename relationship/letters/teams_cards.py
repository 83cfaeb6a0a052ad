"""What is told a channel of Microsoft Teams: an event as an Adaptive Card, as a workflow of Teams posts it. Pure.

Titles and facts of a card are read as Markdown, so that what others wrote is escaped there. The words of customers
stand in runs of text, in which no client looks for markup:
https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features
A card names nobody to be notified, so that no text can make a mention.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from relationship.activities import RecordKind
from relationship.letters import alert_letters, change_letters
from relationship.letters.change_letters import PLACES, Told
from relationship.letters.digests import plain_line
from relationship.verbatims import names

# Teams refuses messages of more than 28 kB, in which it counts more than the card.
LONGEST_CARD_BYTES = 20 * 1024
LONGEST_QUOTE, LONGEST_LINE, LONGEST_NAME, LONGEST_LINK = 500, 200, 120, 2_000
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "account": "Compte", "rule": "Règle", "emotion": "Émotion", "day": "Dit le", "quote": "«\u00a0{text}\u00a0»",
        "open_alert": "Ouvrir l’alerte", "open_alerts": "Ouvrir les alertes", "more": "… et {count} de plus",
        "record": "Fiche", "rating": "Relation", "trend": "Tendance", "score": "Score", "why": "Cause",
        "open_record": "Ouvrir la fiche", "health": "Santé du compte", "status": "Statut", "churn": "Risque de départ",
        "yes": "oui", "no": "non", "number": "Numéro", "test": "Essai", "other": "Nouvelle",
        "arrived": "Les alertes et les changements arriveront dans ce canal, comme cette carte.",
        "signal.opened": "Nouveau signal", "signal.ended": "Fin d’un signal",
    },
    "en": {
        "account": "Account", "rule": "Rule", "emotion": "Emotion", "day": "Said on", "quote": "“{text}”",
        "open_alert": "Open the alert", "open_alerts": "Open the alerts", "more": "… and {count} more",
        "record": "Record", "rating": "Relationship", "trend": "Trend", "score": "Score", "why": "Cause",
        "open_record": "Open the record", "health": "Account health", "status": "Status", "churn": "At risk of leaving",
        "yes": "yes", "no": "no", "number": "Number", "test": "Test", "other": "News",
        "arrived": "Alerts and changes will arrive in this channel, like this card.",
        "signal.opened": "New signal", "signal.ended": "End of a signal",
    },
}  # fmt: skip
_MARKUP = re.compile(r"[\\`*_\[\]{}<>~#&|]")
# What makes a list at the beginning of a line: a dash, a number with a full stop.
_LIST = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+]))(.)")
_CHANGES = ("rating.changed", "trend.changed")


def message(event: Mapping[str, Any], *, language: str, base_url: str) -> bytes:
    """The body of the call of a workflow, at most `LONGEST_CARD_BYTES`.

    event      as webhooks tell it: `type` and `data` (docs/webhooks.md)
    language   'fr' or 'en';  base_url: of this platform, for links to what names none
    """
    name, data = str(event["type"]), event.get("data") or {}
    if name == "alert.raised" and data.get("alerts"):
        return _many_alerts(data["alerts"], language)
    if name == "alert.raised" and "verbatim" in data:
        return _message(*_alert(data, language), language)
    if name in _CHANGES and "before" in data:
        return _message(*_change(name.partition(".")[0], data, language), language)
    if name == "account.health_changed" and "account" in data:
        return _message(*_health(data, language, base_url), language)
    return _message(*_other(name, data, language), language)


def escaped(text: str, longest: int = LONGEST_NAME) -> str:
    """Text of anybody's making as a line in which no Markdown is found.

    >>> escaped("**Granit** <at>all</at>")
    '\\\\*\\\\*Granit\\\\*\\\\* \\\\<at\\\\>all\\\\</at\\\\>'
    """
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", plain_line(text, longest)))


def _alert(data: Mapping[str, Any], language: str) -> tuple[list[dict[str, Any]], tuple[str, str]]:
    words, said = _WORDS[language], data["verbatim"]
    account, rule = _account(data, language), str(data["rule"]["name"])
    facts = [
        (words["account"], account),
        (words["rule"], rule),
        (words["emotion"], _emotion(said, language)),
        (words["day"], alert_letters.day_in_words(date.fromisoformat(said["day"]), language)),
    ]
    title = alert_letters.word("of", language).format(
        rule=plain_line(rule, LONGEST_NAME), account=plain_line(account, LONGEST_NAME)
    )
    quote = words["quote"].format(text=plain_line(said["text"], LONGEST_QUOTE))
    return [_title(title), _facts(facts), _run(quote, italic=True)], (words["open_alert"], str(data.get("url", "")))


def _many_alerts(found: Sequence[Mapping[str, Any]], language: str) -> bytes:
    """As many of them as one card holds, a line each."""
    words, first = _WORDS[language], found[0]
    rule = plain_line(str(first["rule"]["name"]), LONGEST_NAME)
    title = _title(alert_letters.word("many", language).format(rule=rule, count=len(found)))
    place = str(first.get("url", "")).rpartition("/")[0]
    link = (words["open_alerts"], f"{place}?rule={first['rule']['id']}" if place else "")
    lines = [_run(_line(one, language)) for one in found]
    for shown in range(len(lines), -1, -1):
        rest = [] if shown == len(lines) else [_run(words["more"].format(count=len(lines) - shown))]
        body = _message([title, *lines[:shown], *rest], link, language)
        if len(body) <= LONGEST_CARD_BYTES:
            break
    return body


def _line(data: Mapping[str, Any], language: str) -> str:
    said = data["verbatim"]
    account = plain_line(_account(data, language), LONGEST_NAME)
    excerpt = plain_line(said["text"], LONGEST_LINE)
    return f"{account} · {_emotion(said, language)} — {excerpt}"


def _account(data: Mapping[str, Any], language: str) -> str:
    record = data.get("record") or {}
    return str(record.get("name") or alert_letters.word("customer", language))


def _emotion(said: Mapping[str, Any], language: str) -> str:
    return names.within(names.name("emotion", str(said["emotion"]), language))


def _change(what: str, data: Mapping[str, Any], language: str) -> tuple[list[dict[str, Any]], tuple[str, str]]:
    words, record = _WORDS[language], data["record"]
    told = Told(
        kind=RecordKind(record["kind"]),
        name=str(record["name"] or ""),
        what=what,
        before=str(data["before"]),
        after=str(data["after"]),
        score_before=data["score_before"],
        score_after=data["score_after"],
        cause=str(data["cause"]),
        link=str(record.get("url", "")),
    )
    before, after = (change_letters.level(one, language) for one in (told.before, told.after))
    facts = [
        (words["record"], told.name),
        (words[what], f"{before} → {after}"),
        (words["score"], f"{told.score_before} → {told.score_after}"),
        (words["why"], change_letters.cause(told.cause, language)),
        (words["rule"], str((data.get("rule") or {}).get("name", ""))),
    ]
    title = change_letters.notice(told, language=language).subject
    return [_title(title), _facts(facts)], (words["open_record"], told.link)


def _health(
    data: Mapping[str, Any], language: str, base_url: str
) -> tuple[list[dict[str, Any]], tuple[str, str]]:  # fmt: skip
    words, before, after = _WORDS[language], data.get("before") or {}, data["after"]

    def step(name: str) -> str:
        was, now = (_health_value(name, values.get(name), language) for values in (before, after))
        return f"{was} → {now}" if was and was != now else now

    facts = [
        (words["number"], str(data["account"].get("number") or "")),
        (words["score"], step("score")),
        (words["status"], step("status")),
        (words["churn"], step("at_risk_for_churn")),
    ]
    link = f"{base_url.rstrip('/')}/{PLACES[RecordKind.ACCOUNT]}/{data['account']['id']}"
    return [_title(words["health"]), _facts(facts)], (words["open_record"], link)


def _health_value(name: str, value: Any, language: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _WORDS[language]["yes" if value else "no"]
    return alert_letters.word(str(value), language) if name == "status" else str(value)


def _other(name: str, data: Mapping[str, Any], language: str) -> tuple[list[dict[str, Any]], tuple[str, str]]:
    """A test, and events of which nothing more is known."""
    words, record = _WORDS[language], data.get("record") or {}
    body = [_title(words.get(name, words["other"]))]
    if name == "test":
        body.append(_run(words["arrived"]))
    if record.get("name"):
        body.append(_facts([(words["record"], str(record["name"]))]))
    return body, (words["open_record"], str(record.get("url", "")))


def _title(text: str) -> dict[str, Any]:
    line = escaped(text, 2 * LONGEST_NAME + 40)
    return {"type": "TextBlock", "text": line, "size": "Large", "weight": "Bolder", "wrap": True}


def _facts(facts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Those that have a value."""
    return {"type": "FactSet", "facts": [{"title": title, "value": escaped(text)} for title, text in facts if text]}


def _run(text: str, *, italic: bool = False) -> dict[str, Any]:
    """Words as they are; cards read only dates in {{…}} there."""
    as_it_is = text.replace("{{", "{ {")
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": as_it_is, "italic": italic}]}


def _message(body: Sequence[Mapping[str, Any]], link: tuple[str, str], language: str) -> bytes:
    """link: what the button says, and where it leads, '' for no button."""
    title, url = link
    is_link = url.startswith(("https://", "http://")) and len(url) <= LONGEST_LINK
    card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": language,
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": title, "url": url}] if is_link else [],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return orjson.dumps({"type": "message", "attachments": [attachment]})
