"""The columns of ours in Dynamics 365: names, types and labels, as the Web API wants them. Pure.

Contract: dataverse.md section 13. The values of choices are those of `health/crm_codes.py` and
`verbatims/crm_codes.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from relationship.activities import RecordKind
from relationship.health.crm_codes import StateCode, TrendCode
from relationship.verbatims.crm_codes import EmotionCode, RiskCode

Json = dict[str, Any]

ENGLISH, FRENCH = 1033, 1036
SOLUTION = "RelationshipHealth"
SOLUTION_VERSION = "1.0.0.0"
# What own choices of the publisher would begin at; ours have the values of Dynamics' own lists instead.
OPTION_VALUE_PREFIX = 72_360

_META = "Microsoft.Dynamics.CRM."


@dataclass(frozen=True, slots=True)
class Table:
    """A table that gets the columns. entity_set: its name in addresses; write_privilege: what writing them needs."""

    kind: RecordKind
    entity_set: str
    write_privilege: str

    @property
    def logical_name(self) -> str:
        return self.kind.value


TABLES = (
    Table(RecordKind.OPPORTUNITY, "opportunities", "prvWriteOpportunity"),
    Table(RecordKind.CONTACT, "contacts", "prvWriteContact"),
    Table(RecordKind.LEAD, "leads", "prvWriteLead"),
    Table(RecordKind.ACCOUNT, "accounts", "prvWriteAccount"),
)

Words = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Column:
    """name: without the publisher's prefix; options: value to label, for a choice; least, most: of whole numbers."""

    name: str
    type: str
    label: Words
    description: Words
    options: Mapping[int, Words] | None = None
    least: int = 0
    most: int = 100

    def schema_name(self, prefix: str) -> str:
        return f"{prefix}_{self.name}"

    def logical_name(self, prefix: str) -> str:
        return self.schema_name(prefix).lower()


def _words(english: str, french: str) -> Words:
    return {ENGLISH: english, FRENCH: french}


SCORE = Column(
    "HealthScore",
    "Integer",
    _words("Relationship health score", "Score d’intégrité de la relation"),
    _words("0 to 100; empty without enough information.", "De 0 à 100 ; vide sans informations suffisantes."),
)
STATE = Column(
    "HealthState",
    "Picklist",
    _words("Relationship health", "Intégrité de la relation"),
    _words("Good, fair or poor, or why there is no rating.", "Bonne, passable ou médiocre, sinon la raison."),
    {
        StateCode.GOOD: _words("Good", "Bonne"),
        StateCode.FAIR: _words("Fair", "Passable"),
        StateCode.POOR: _words("Poor", "Médiocre"),
        StateCode.NOT_ENOUGH_INFORMATION: _words("Not enough information", "Pas assez d’informations"),
        StateCode.NO_CLOSED_ACTIVITIES: _words("No closed activity", "Aucune activité terminée"),
        StateCode.BEING_COMPUTED: _words("Being computed", "Calcul en cours"),
        StateCode.SOURCE_DEGRADED: _words("Source degraded", "Source dégradée"),
        StateCode.NOTHING_IN_WINDOW: _words("Nothing in the read window", "Rien dans la période lue"),
    },
)
TREND = Column(
    "HealthTrend",
    "Picklist",
    _words("Relationship trend", "Tendance de la relation"),
    _words("The last four weeks against the four before.", "Les quatre dernières semaines face aux quatre d’avant."),
    {
        TrendCode.IMPROVING: _words("Improving", "En amélioration"),
        TrendCode.STEADY: _words("Steady", "Stable"),
        TrendCode.DECLINING: _words("Declining", "En baisse"),
        TrendCode.NOT_ENOUGH_INFORMATION: _words("Not enough information", "Pas assez d’informations"),
    },
)
UPDATED_ON = Column(
    "HealthUpdatedOn",
    "DateTime",
    _words("Relationship health updated on", "Intégrité de la relation mise à jour le"),
    _words("When one of these values last changed.", "Date du dernier changement de ces valeurs."),
)
COLUMNS = (SCORE, STATE, TREND, UPDATED_ON)
MOOD = Column(
    "CustomerMood",
    "Integer",
    _words("Mood of the customer, °C", "Humeur du client, °C"),
    _words("-20 to 40, of what was said lately; empty without it.", "De -20 à 40, d’après leurs derniers mots."),
    least=-20,
    most=40,
)
EMOTION = Column(
    "CustomerEmotion",
    "Picklist",
    _words("Emotion of the customer", "Émotion du client"),
    _words("What weighs most in what was said lately.", "Celle qui pèse le plus dans leurs derniers mots."),
    {
        EmotionCode.JOY: _words("Joy", "Joie"),
        EmotionCode.SURPRISE: _words("Surprise", "Surprise"),
        EmotionCode.CALM: _words("Calm", "Calme"),
        EmotionCode.FEAR: _words("Fear", "Peur"),
        EmotionCode.SADNESS: _words("Sadness", "Tristesse"),
        EmotionCode.ANGER: _words("Anger", "Colère"),
        EmotionCode.DISGUST: _words("Disgust", "Dégoût"),
    },
)
RISK = Column(
    "CustomerRisk",
    "Picklist",
    _words("Risk of leaving, by what was said", "Risque de départ, d’après leurs mots"),
    _words("While an alert that says so is open.", "Tant qu’une alerte qui le dit est ouverte."),
    {
        RiskCode.WATCH: _words("To watch", "À surveiller"),
        RiskCode.HIGH: _words("High", "Élevé"),
    },
)
# What customers say stands on their account alone.
OF_ACCOUNTS = (MOOD, EMOTION, RISK)


def columns_of(table: Table) -> tuple[Column, ...]:
    """Our columns of one table."""
    return COLUMNS + OF_ACCOUNTS if table.kind is RecordKind.ACCOUNT else COLUMNS


EVERY_COLUMN = tuple((table, column) for table in TABLES for column in columns_of(table))

_SPECIAL: Mapping[str, Json] = {
    "Integer": {"Format": "None"},
    "Picklist": {},
    "DateTime": {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}},
}


def definition(column: Column, *, prefix: str, languages: Collection[int]) -> Json:
    """The body that creates a column. languages: those installed; an organisation without English or French gets
    English words under its own."""
    found: Json = {
        "@odata.type": f"{_META}{column.type}AttributeMetadata",
        "SchemaName": column.schema_name(prefix),
        "RequiredLevel": {"Value": "None"},
        "DisplayName": _label(column.label, languages),
        "Description": _label(column.description, languages),
        **_SPECIAL[column.type],
    }
    if column.type == "Integer":
        found |= {"MinValue": column.least, "MaxValue": column.most}
    if column.options is not None:
        options = [{"Value": int(v), "Label": _label(words, languages)} for v, words in column.options.items()]
        kind = {"@odata.type": f"{_META}OptionSetMetadata", "IsGlobal": False, "OptionSetType": "Picklist"}
        found["OptionSet"] = {**kind, "Options": options}
    return found


def _label(words: Words, languages: Collection[int]) -> Json:
    labels = [
        {"@odata.type": f"{_META}LocalizedLabel", "Label": words.get(code, words[ENGLISH]), "LanguageCode": code}
        for code in sorted(languages)
    ]
    return {"@odata.type": f"{_META}Label", "LocalizedLabels": labels}


def publisher(prefix: str) -> Json:
    return {
        "uniquename": f"{SOLUTION.lower()}_{prefix}",
        "friendlyname": "Relationship health",
        "customizationprefix": prefix,
        "customizationoptionvalueprefix": OPTION_VALUE_PREFIX,
    }


def solution(publisher_id: str) -> Json:
    return {
        "uniquename": SOLUTION,
        "friendlyname": "Relationship health",
        "version": SOLUTION_VERSION,
        "publisherid@odata.bind": f"/publishers({publisher_id})",
    }


def publication() -> Json:
    """Publish the tables with the columns, and nothing that somebody else is still at work on."""
    entities = "".join(f"<entity>{table.logical_name}</entity>" for table in TABLES)
    return {"ParameterXml": f"<importexportxml><entities>{entities}</entities></importexportxml>"}
