"""What an alert rule may ask about one verbatim: the words, what was understood of them, and whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EMOTIONS = ("joy", "surprise", "calm", "fear", "sadness", "anger", "disgust")
THREATS = ("considering", "conditional", "decided")
SOURCES = ("survey", "review", "chat", "comment", "mailbox")
STATUSES = ("healthy", "escalated", "at_risk")

# Columns of a file that name the perimeter, as people head them; compared without case, accents and punctuation.
PERIMETER: Mapping[str, tuple[str, ...]] = {
    "site": ("site", "agence", "branch", "magasin", "store", "location"),
    "business_unit": ("business unit", "bu", "unite", "unite d affaires", "division"),
    "responsibility_centre": (
        "responsibility centre", "responsibility center", "centre de responsabilite", "centre de responsabilites",
        "responsabilite", "service", "department",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Signs `start` to `end` of the text say it. sort: emotion, threat, theme, sensitivity, moment; word: which."""

    start: int
    end: int
    sort: str
    word: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One verbatim. None: not told, or nobody knows whose words they are.

    intensity     0 to 1;  polarity: -1 (unfavourable) to 1
    themes        paths with each of their parents, like 'service' and 'service/support'
    satisfaction  0 to 100;  recommendation: 0 to 10;  health, churn: 0 to 100
    likeness      0 to 1: how much the customer's last texts are like those of lost customers; like_lost: whether they
                  are called likely to leave; None where there is no profile
    degrees       of sensitivities, threat_level of the threat: 1 mild, 2 clear, 3 strong
    unit          business unit that owns the account in the CRM
    filters       what the file told of the perimeter, by the heading of its column
    """

    text: str
    source: str = "survey"
    emotion: str = "calm"
    intensity: float = 0.0
    polarity: float = 0.0
    threat: str = ""
    threat_degree: float = 0.0
    themes: frozenset[str] = frozenset()
    sensitivities: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()
    satisfaction: float | None = None
    recommendation: float | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    degrees: Mapping[str, int] = field(default_factory=dict)
    threat_level: int = 0
    segment: str = ""
    unit: str = ""
    is_vip: bool = False
    health: float | None = None
    health_status: str = ""
    churn: float | None = None
    likeness: float | None = None
    like_lost: bool | None = None
    spans: tuple[Span, ...] = ()
