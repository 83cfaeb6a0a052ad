"""The kinds of imports: which columns each has, how a cell becomes a value, and what makes a line the same again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from relationship.clock import day_of
from relationship.importing import values, words
from relationship.importing.faults import Bad
from relationship.importing.names import Names
from relationship.importing.options import Options
from relationship.importing.values import Reader
from relationship.importing.words import DIRECTED, SCALES, USUAL, Direction, EventKind, Survey

LONGEST_NAME = 400
LONGEST_REFERENCE = 200


class ImportKind(StrEnum):
    USAGE = "usage"
    EVENTS = "events"
    SATISFACTION = "satisfaction"
    HEALTH = "health"
    STAGES = "stages"
    VERBATIMS = "verbatims"  # has no columns of its own (`survey.py`)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    titles     in the template, by language; the name itself is understood too, and every alias
    reader     for a cell that is not empty, by options
    required   the file must have it;  missing: code for an empty cell, '' where it may be empty
    examples   two, for the template
    """

    name: str
    titles: Mapping[str, str]
    reader: Callable[[Options], Reader]
    required: bool = False
    missing: str = ""
    aliases: tuple[str, ...] = ()
    examples: tuple[str, str] = ("", "")


# Values by column, None for an empty cell or a column that is not there; returns what is staged, as `staged` names it.
Finish = Callable[[dict[str, object], Names], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class KindSpec:
    """kind: its word;  subject: first column, 'account' or 'opportunity'; columns: all, in the template's order
    figures   columns of which at least one says something;  staged: columns of a staged row beside the line
    finish    None where the columns are staged as they are (the fast way)
    blanks    a line that tells nothing beside its subject is taken: what is exported holds such lines
    """

    kind: ImportKind
    columns: tuple[Column, ...]
    figures: tuple[str, ...]
    staged: tuple[str, ...] = ()
    finish: Finish | None = None
    blanks: bool = False

    @property
    def subject(self) -> str:
        return self.columns[0].name

    @property
    def has_day(self) -> bool:
        return any(column.name == "day" for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _text(longest: int) -> Callable[[Options], Reader]:
    return lambda _options: values.text_up_to(longest)


def _word(spellings: Mapping[str, str], code: str) -> Callable[[Options], Reader]:
    return lambda _options: values.word(spellings, code)


def _count(options: Options) -> Reader:
    return values.count(options.decimal)


def _amount(options: Options) -> Reader:
    return values.amount(options.decimal)


def _day(options: Options) -> Reader:
    return values.day(options.dates)


_ACCOUNT = Column(
    "account",
    {"en": "Account", "fr": "Compte"},
    _text(LONGEST_NAME),
    required=True,
    missing="account_missing",
    aliases=("account_id", "account_guid", "account_number", "client", "customer", "id_compte", "numero_de_compte",
             "guid", "domain", "domaine"),
    examples=("nordlys.example", "a0017"),
)  # fmt: skip
_DAY = Column(
    "day",
    {"en": "Date", "fr": "Date"},
    _day,
    required=True,
    missing="date_missing",
    aliases=("jour",),
    examples=("2026-06-15", "2026-06-16"),
)
_SOURCE = Column(
    "source", {"en": "Source", "fr": "Source"}, _text(200), aliases=("origine",), examples=("CRM", "Press")
)
_REFERENCE = Column(
    "reference", {"en": "Reference", "fr": "Référence"}, _text(LONGEST_REFERENCE), aliases=("id", "external_id")
)


def _figure(name: str, english: str, french: str, examples: tuple[str, str], *aliases: str) -> Column:
    return Column(name, {"en": english, "fr": french}, _count, aliases=aliases, examples=examples)


USAGE = KindSpec(
    ImportKind.USAGE,
    (
        _ACCOUNT,
        _DAY,
        _figure("active_users", "Active users", "Utilisateurs actifs", ("18", "21"), "users", "utilisateurs"),
        _figure("logins", "Log-ins", "Connexions", ("64", "70"), "log_ins", "log_ons"),
        _figure("features_used", "Features used", "Fonctionnalités utilisées", ("9", "11"), "features",
                "fonctionnalites"),
        _figure("premium_features", "Premium features", "Fonctionnalités premium", ("1", "2"),
                "premium_features_used", "premium"),
        _figure("seats", "Seats", "Licences", ("40", "40"), "licences", "licenses", "postes"),
    ),
    figures=("active_users", "logins", "features_used", "premium_features", "seats"),
)  # fmt: skip


def _event(found: dict[str, object], _names: Names) -> tuple[object, ...]:
    kind = EventKind(str(found["kind"]))
    direction = found["direction"]
    if direction is None:
        direction = USUAL.get(kind, Direction.NONE)
    if kind in DIRECTED and not direction:
        raise Bad("direction_missing")
    text = found["text"] or ""
    key = _key(found["reference"], found["day"], kind, text)
    return found["account"], key, found["day"], str(kind), str(direction), text, found["source"]


EVENTS = KindSpec(
    ImportKind.EVENTS,
    (
        _ACCOUNT,
        _DAY,
        Column("kind", {"en": "Kind", "fr": "Type"}, _word(words.EVENT_WORDS, "kind_unknown"), required=True,
               missing="kind_missing", aliases=("type", "evenement", "event"), examples=("headcount", "new_need")),
        Column("direction", {"en": "Direction", "fr": "Sens"}, _word(words.DIRECTION_WORDS, "direction_unknown"),
               aliases=("tendance",), examples=("down", "")),
        Column("text", {"en": "Text", "fr": "Texte"}, _text(values.LONGEST_TEXT),
               aliases=("description", "note", "comment", "commentaire"),
               examples=("40 posts cut in Lyon", "Wants a second site")),
        _SOURCE,
        _REFERENCE,
    ),
    figures=("kind",),
    staged=("account_id", "key", "day", "kind", "direction", "text", "source"),
    finish=_event,
)  # fmt: skip


def _answer(found: dict[str, object], names: Names) -> tuple[object, ...]:
    survey = Survey(str(found["kind"]))
    low, high = SCALES[survey]
    score = found["score"]
    if not isinstance(score, float) or not low <= score <= high:
        raise Bad("score_out_of_range", f"{low}–{high}")
    account = found["account"]
    contact = names.contacts.find(str(found["contact"]), int(str(account))) if found["contact"] else None
    share = round(100 * (score - low) / (high - low), 2)
    key = _key(found["reference"], found["day"], survey, contact or "")
    return account, key, found["day"], str(survey), score, share, contact, found["comment"], found["source"]


SATISFACTION = KindSpec(
    ImportKind.SATISFACTION,
    (
        _ACCOUNT,
        _DAY,
        Column("kind", {"en": "Survey", "fr": "Enquête"}, _word(words.SURVEY_WORDS, "kind_unknown"), required=True,
               missing="kind_missing", aliases=("kind", "type"), examples=("nps", "csat")),
        Column("score", {"en": "Score", "fr": "Note"}, _amount, required=True, missing="score_missing",
               examples=("9", "4")),
        Column("contact", {"en": "Contact", "fr": "Contact"}, _text(LONGEST_NAME),
               aliases=("email", "e_mail", "respondent", "repondant"), examples=("", "")),
        Column("comment", {"en": "Comment", "fr": "Commentaire"}, _text(values.LONGEST_TEXT),
               aliases=("verbatim", "text", "texte"), examples=("The support answers at once.", "")),
        _SOURCE,
        _REFERENCE,
    ),
    figures=("score",),
    staged=("account_id", "key", "day", "kind", "score", "share", "contact_guid", "comment", "source"),
    finish=_answer,
)  # fmt: skip

HEALTH = KindSpec(
    ImportKind.HEALTH,
    (
        _ACCOUNT,
        Column("score", {"en": "Health score", "fr": "Score de santé"}, lambda o: values.score(o.decimal),
               aliases=("score", "sante", "health"), examples=("62", "85")),
        Column("status", {"en": "Health status", "fr": "Statut de santé"},
               _word(words.STATUS_WORDS, "status_unknown"), aliases=("status", "statut"), examples=("at_risk", "")),
        Column("churn", {"en": "At risk for churn", "fr": "À risque de résiliation"},
               _word(words.FLAG_WORDS, "flag_unknown"), aliases=("churn", "at_risk_for_churn", "resiliation"),
               examples=("false", "")),
    ),
    figures=("score", "status", "churn"),
    blanks=True,
)  # fmt: skip


def _standing(found: dict[str, object], _names: Names) -> tuple[object, ...]:
    day = found["close_on"]
    close_on = day_of(day).isoformat() if isinstance(day, int) else None
    return (
        found["opportunity"],
        found["day"],
        found["stage"],
        found["probability"],
        found["value"],
        close_on,
        "imported",
    )


STAGES = KindSpec(
    ImportKind.STAGES,
    (
        Column("opportunity", {"en": "Opportunity", "fr": "Opportunité"}, _text(LONGEST_NAME), required=True,
               missing="opportunity_missing", aliases=("opportunity_id", "opportunity_guid", "guid", "affaire"),
               examples=("1c0f2a44-5f0e-4c0e-9d0a-0b1c2d3e4f50", "")),
        _DAY,
        Column("stage", {"en": "Stage", "fr": "Étape"}, _text(100), required=True, missing="stage_missing",
               aliases=("etape", "phase"), examples=("develop", "propose")),
        Column("probability", {"en": "Probability", "fr": "Probabilité"}, lambda o: values.percent(o.decimal),
               aliases=("percent",), examples=("40", "60")),
        Column("value", {"en": "Value", "fr": "Valeur"}, _amount, aliases=("amount", "montant"),
               examples=("80000", "80000")),
        Column("close_on", {"en": "Closing date", "fr": "Date de clôture"}, _day,
               aliases=("close_date", "closing_date"), examples=("2026-09-30", "2026-10-31")),
    ),
    figures=("stage",),
    staged=("record_id", "day", "stage", "probability", "value", "close_on", "source"),
    finish=_standing,
)  # fmt: skip

# Files of verbatims have any columns; what they are is said for each (`survey.py`).
VERBATIMS = KindSpec(ImportKind.VERBATIMS, (_ACCOUNT,), figures=())

SPECS: Mapping[ImportKind, KindSpec] = {spec.kind: spec for spec in (USAGE, EVENTS, SATISFACTION, HEALTH, STAGES)}


def _key(reference: object, day: object, kind: str, text: object) -> str:
    """What makes a line the same when it comes again: the reference given, else what it says."""
    if reference:
        return f"ref:{reference}"
    return f"{day}/{kind}/{sha256(str(text).encode()).hexdigest()[:20]}"
