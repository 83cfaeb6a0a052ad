"""What an owner is told of a change of rating or trend, in a mail or as the text of a task. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from relationship.activities import RecordKind
from relationship.letters.digests import Notice, plain_line

# The first part of the address of a record's page.
PLACES: Mapping[RecordKind, str] = {
    RecordKind.OPPORTUNITY: "opportunities",
    RecordKind.CONTACT: "contacts",
    RecordKind.LEAD: "leads",
    RecordKind.ACCOUNT: "accounts",
}
_LEVELS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "good": "Bonne", "fair": "Passable", "poor": "Médiocre",
        "improving": "en hausse", "steady": "stable", "declining": "en baisse",
    },
    "en": {
        "good": "Good", "fair": "Fair", "poor": "Poor",
        "improving": "improving", "steady": "steady", "declining": "declining",
    },
}  # fmt: skip
_CAUSES: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "silence": "Les jours passent sans échange qui la soutienne.",
        "activity": "Un échange des derniers jours l’a fait bouger.",
        "owner": "La fiche a changé de propriétaire\u00a0: d’autres échanges comptent.",
        "rules": "Les règles d’évaluation ont changé.",
        "correction": "Ce que l’on sait des jours passés a changé.",
    },
    "en": {
        "silence": "Days pass without contact that would hold it.",
        "activity": "Contact in the last days made it move.",
        "owner": "The record has another owner, so other contact counts.",
        "rules": "The rules of rating changed.",
        "correction": "What is known of earlier days changed.",
    },
}
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "rating": "«\u00a0{name}\u00a0»\u00a0: relation {before} → {after}",
        "trend": "«\u00a0{name}\u00a0»\u00a0: tendance {before} → {after}",
        "scores": "Score\u00a0: {score_before} → {score_after}.",
        "worse": "Relations qui se dégradent",
        "better": "Relations qui s’améliorent",
        "task": "Reprendre contact\u00a0: {name}",
        "without": "Sans nom",
    },
    "en": {
        "rating": "“{name}”: relationship {before} → {after}",
        "trend": "“{name}”: trend {before} → {after}",
        "scores": "Score: {score_before} → {score_after}.",
        "worse": "Relationships getting worse",
        "better": "Relationships getting better",
        "task": "Get in touch again: {name}",
        "without": "Without a name",
    },
}
_BEST_FIRST = ("good", "fair", "poor", "improving", "steady", "declining")


@dataclass(frozen=True, slots=True)
class Told:
    """A change as it is told; fields as in `store.rating_changes.Change`. link: the record's page."""

    kind: RecordKind
    name: str
    what: str
    before: str
    after: str
    score_before: int
    score_after: int
    cause: str
    link: str


def level(name: str, language: str) -> str:
    """A rating or trend as people say it."""
    return _LEVELS[language].get(name, name)


def cause(name: str, language: str) -> str:
    """Why it changed, in a sentence; '' for a cause that needs none."""
    return _CAUSES[language].get(name, "")


def notice(change: Told, *, language: str) -> Notice:
    """The mail to the owner."""
    texts, levels = _TEXTS[language], _LEVELS[language]
    name = plain_line(change.name, 120) or texts["without"]
    subject = texts[change.what].format(name=name, before=levels[change.before], after=levels[change.after])
    scores = texts["scores"].format(score_before=change.score_before, score_after=change.score_after)
    is_worse = _BEST_FIRST.index(change.after) > _BEST_FIRST.index(change.before)
    why = cause(change.cause, language)
    return Notice(subject, tuple(filter(None, (scores, why))), change.link, texts["worse" if is_worse else "better"])


def task_texts(change: Told, subject: str, *, language: str) -> tuple[str, str]:
    """Subject and description of the task; subject: as the rule has it, '' for the usual one."""
    told = notice(change, language=language)
    name = plain_line(change.name, 120) or _TEXTS[language]["without"]
    description = "\n".join((told.subject, *told.paragraphs, told.link))
    return subject or _TEXTS[language]["task"].format(name=name), description
