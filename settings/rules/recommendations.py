"""The organisation's catalogue of recommendations: their texts, and which signals and scores lead to them."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from relationship.signals import recommendations as pure
from relationship.signals.recommendation_defaults import DEFAULTS
from relationship.signals.recommendations import Way, unknown_placeholders
from settings.rules.actions import ActionKey, Line
from settings.rules.form import Form, refusal

MOST_RECOMMENDATIONS = 60
LONGEST_ADVICE, LONGEST_BODY, LONGEST_AGENDA = 400, 2_000, 1_000
_TEXT = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]*$"


def _known_placeholders(text: str) -> str:
    if unknown_placeholders(text):
        raise refusal("placeholder_unknown", "only {account}, {contact}, {me} and {opportunity} may stand in braces")
    return text


def _once(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


Trigger = Annotated[str, Field(pattern=r"^(H-[A-Z][0-9]{1,2}(\.[a-z]{1,20})?|score\.(health|churn|upsell))$")]
Subject = Annotated[Line, AfterValidator(_known_placeholders)]
Body = Annotated[str, Field(max_length=LONGEST_BODY, pattern=_TEXT), AfterValidator(_known_placeholders)]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]


class RecommendationWords(Form):
    """The texts of one language; see `relationship.signals.recommendations.Words`."""

    title: Line
    advice: Annotated[str, Field(max_length=LONGEST_ADVICE, pattern=_TEXT)] = ""
    subject: Subject
    body: Body = ""
    agenda: Annotated[str, Field(max_length=LONGEST_AGENDA, pattern=_TEXT)] = ""


class CatalogueEntry(Form):
    """One recommendation; see `relationship.signals.recommendations.Recommendation`."""

    key: ActionKey
    enabled: bool = Field(default=True, strict=True)
    way: Way
    days: Annotated[int, Field(ge=0, le=90, strict=True)]
    triggers: Annotated[tuple[Trigger, ...], Field(max_length=40), AfterValidator(_once)] = ()
    fr: RecommendationWords
    en: RecommendationWords

    @property
    def name(self) -> str:
        """What the history calls it."""
        return self.fr.title

    def pure(self) -> pure.Recommendation:
        fr, en = pure.Words(**self.fr.model_dump()), pure.Words(**self.en.model_dump())
        return pure.Recommendation(self.key, self.way, self.days, self.triggers, fr, en, self.enabled)


class ScoreLimits(Form):
    """From where on a score carries a recommendation: health below, churn and upsell from."""

    health_below: Percent = 40
    churn_from: Percent = 60
    upsell_from: Percent = 60


def _entry(one: pure.Recommendation) -> CatalogueEntry:
    def words(found: pure.Words) -> RecommendationWords:
        return RecommendationWords(**{name: getattr(found, name) for name in RecommendationWords.model_fields})

    return CatalogueEntry(
        key=one.key, way=one.way, days=one.days, triggers=one.triggers, fr=words(one.fr), en=words(one.en)
    )


class Recommendations(Form):
    """catalogue: in the order in which they are proposed."""

    limits: ScoreLimits = ScoreLimits()
    catalogue: Annotated[tuple[CatalogueEntry, ...], Field(max_length=MOST_RECOMMENDATIONS)] = tuple(
        map(_entry, DEFAULTS)
    )

    @model_validator(mode="after")
    def every_key_once(self) -> Self:
        keys = [one.key for one in self.catalogue]
        if len(set(keys)) < len(keys):
            raise refusal("recommendation_key_twice", "every recommendation has a key of its own")
        return self

    def entries(self) -> tuple[pure.Recommendation, ...]:
        return tuple(one.pure() for one in self.catalogue)

    def high(self) -> pure.Limits:
        return pure.Limits(**self.limits.model_dump())
