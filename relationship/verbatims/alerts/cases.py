"""The ready-made rules: what people use alerts for most. Each can be switched on as it is, once somebody is named who
hears of it, and edited like any other.

Case 5 is told in two ways, by its title and by its condition, which contradict each other; there is a rule for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from relationship.verbatims.alerts.conditions import Condition, Group, When
from relationship.verbatims.alerts.rule import AlertRule, Letter, Recipients

_NEGATIVE = ("fear", "sadness", "anger", "disgust")


@dataclass(frozen=True, slots=True)
class Case:
    """key: 'Q-1' …; names, about: by language; rule: what it begins with."""

    key: str
    names: Mapping[str, str]
    about: Mapping[str, str]
    rule: AlertRule

    def started(self, language: str) -> AlertRule:
        """The rule to be edited, under its name in this language."""
        changes: dict[str, object] = {"name": self.names[language], "case": self.key}
        if self.rule.letter is not None:
            other = "en" if language == "fr" else "fr"
            letters = _LETTERS[self.key]
            changes |= {"letter": letters[language], "letter_language": language, "letter_other": letters[other]}
        return self.rule.model_copy(update=changes)


def _when(*groups: Group, join: str = "all") -> When:
    return When.model_validate({"join": join, "groups": groups})


def _all(*conditions: Condition) -> Group:
    return Group(join="all", conditions=conditions)


def _any(*conditions: Condition) -> Group:
    return Group(join="any", conditions=conditions)


def _rule(when: When, **changes: object) -> AlertRule:
    return AlertRule.model_validate({"name": "-", "when": when, **changes})


_LETTERS: Mapping[str, Mapping[str, Letter]] = {
    "Q-9": {
        "fr": Letter(
            subject="Suite à votre message",
            body="Bonjour,\n\nVous nous avez parlé d’un changement à venir. Voulez-vous que nous en parlions\u00a0?",
        ),
        "en": Letter(
            subject="About your message",
            body="Hello,\n\nYou told us about a change ahead. Would you like to talk about it together?",
        ),
    }
}

CASES: tuple[Case, ...] = (
    Case(
        "Q-1",
        {"fr": "Verbatims à distribuer", "en": "Verbatims to pass on"},
        {
            "fr": "Envoie les mots du client à des personnes sans accès à la plateforme, selon le périmètre. "
            "Ajoutez une émotion, un thème ou un mot-clé s’il y en a trop.",
            "en": "Sends the customer's words to people without access to the platform, by perimeter. "
            "Add an emotion, a theme or a keyword when there are too many.",
        },
        _rule(
            _when(_any(Condition(what="source", values=("survey", "review", "chat", "comment", "mailbox")))),
            digest=True,
        ),
    ),
    Case(
        "Q-2",
        {"fr": "Menace de départ explicite", "en": "Explicit threat to leave"},
        {
            "fr": "Le client dit qu’il pense à partir. Une personne lit, confirme, puis le rappelle.",
            "en": "The customer says that they think of leaving. A person reads, confirms, then calls them back.",
        },
        _rule(
            _when(_all(Condition(what="threat"))),
            recipients=Recipients(owner=True),
            task=True,
            task_when="confirmed",
            urgent=True,
        ),
    ),
    Case(
        "Q-3",
        {"fr": "Menace de départ implicite", "en": "Implicit threat to leave"},
        {
            "fr": "Le client parle comme ceux qui sont partis\u00a0: segment, thème, émotion, satisfaction et "
            "recommandation ensemble. Il faut d’abord apprendre le profil des clients perdus.",
            "en": "The customer speaks like those who left: segment, theme, emotion, satisfaction and recommendation "
            "together. The profile of lost customers has to be learnt first.",
        },
        _rule(_when(_all(Condition(what="like_lost"))), recipients=Recipients(owner=True), task=True, risk="high"),
    ),
    Case(
        "Q-4",
        {"fr": "Client VIP mécontent", "en": "Unhappy VIP customer"},
        {
            "fr": "Un des clients qui contribuent le plus au chiffre d’affaires donne un avis défavorable.",
            "en": "One of the customers who contribute most to revenue gives an unfavourable opinion.",
        },
        _rule(
            _when(
                _all(Condition(what="vip")),
                _any(
                    Condition(what="opinion", values=("unfavourable",)),
                    Condition(what="emotion", values=_NEGATIVE),
                ),
            ),
            recipients=Recipients(owner=True),
            urgent=True,
        ),
    ),
    Case(
        "Q-5",
        {"fr": "Insatisfaction dans un e-mail", "en": "Dissatisfaction in an e-mail"},
        {
            "fr": "Le client marque son insatisfaction dans un e-mail.",
            "en": "The customer shows dissatisfaction in an e-mail.",
        },
        _rule(
            _when(
                _all(Condition(what="source", values=("mailbox",))),
                _any(
                    Condition(what="opinion", values=("unfavourable",)),
                    Condition(what="emotion", values=_NEGATIVE),
                ),
            ),
            recipients=Recipients(owner=True),
        ),
    ),
    Case(
        "Q-5b",
        {"fr": "Très haute satisfaction", "en": "Very high satisfaction"},
        {
            "fr": "Le client est très satisfait\u00a0: note de 90, recommandation de 9, ou joie intense.",
            "en": "The customer is very satisfied: a score of 90, a recommendation of 9, or intense joy.",
        },
        _rule(
            _when(
                _any(
                    Condition(what="satisfaction", number=90),
                    Condition(what="recommendation", number=9),
                    Condition(what="intensity", number=60),
                ),
                _all(Condition(what="opinion", values=("favourable",))),
            ),
            recipients=Recipients(owner=True),
        ),
    ),
    Case(
        "Q-6",
        {"fr": "Meilleurs verbatims", "en": "Best verbatims"},
        {
            "fr": "Les plus beaux mots des clients, une fois par jour, pour faire connaître les bonnes pratiques.",
            "en": "The customers' finest words, once a day, to spread good practice.",
        },
        _rule(
            _when(
                _all(
                    Condition(what="emotion", values=("joy", "surprise")),
                    Condition(what="opinion", values=("favourable",)),
                    Condition(what="intensity", number=40),
                )
            ),
            digest=True,
        ),
    ),
    Case(
        "Q-7",
        {"fr": "CRM émotionnel", "en": "Emotional CRM"},
        {
            "fr": "Une émotion forte du client devient une note sur son compte dans le CRM. L’humeur de chaque compte "
            "y est écrite d’elle-même.",
            "en": "A strong emotion of the customer becomes a note on the account in the CRM. The mood of each account "
            "is written there by itself.",
        },
        _rule(
            _when(_all(Condition(what="emotion", values=_NEGATIVE), Condition(what="intensity", number=50))),
            note=True,
        ),
    ),
    Case(
        "Q-8",
        {"fr": "Sensible à la rotation de l’équipe", "en": "Sensitive to turnover in the team"},
        {
            "fr": "L’équipe du compte change alors que le client se dit sensible à sa rotation\u00a0: "
            "le propriétaire du compte l’appelle pour le rassurer.",
            "en": "The team of the account changes although the customer said they mind turnover in it: "
            "the owner of the account calls to reassure them.",
        },
        _rule(
            _when(_all(Condition(what="sensitivity", values=("team_turnover",)))),
            trigger="owner_change",
            recipients=Recipients(owner=True),
            task=True,
        ),
    ),
    Case(
        "Q-8b",
        {"fr": "Forte sensibilité au prix", "en": "Strong sensitivity to price"},
        {
            "fr": "Les clients sensibles au prix entrent dans une liste, pour une offre qui leur est destinée.",
            "en": "Customers who mind the price are put on a list, for an offer of their own.",
        },
        _rule(_when(_all(Condition(what="sensitivity", values=("price",), degree=2)))),
    ),
    Case(
        "Q-9",
        {"fr": "Moment de vie", "en": "Life moment"},
        {
            "fr": "Un moment de vie qui peut mener à une vente\u00a0: déménagement, fusion, ouverture…",
            "en": "The customer speaks of a life moment that may lead to a sale: a move, a merger, an opening…",
        },
        _rule(
            _when(_all(Condition(what="moment"))),
            recipients=Recipients(owner=True),
            task=True,
            letter=_LETTERS["Q-9"]["fr"],
        ),
    ),
)
BY_KEY: Mapping[str, Case] = {one.key: one for one in CASES}
