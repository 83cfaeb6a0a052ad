"""What emotions, threats, sources, sensitivities, life moments and themes are called: the one home of these words, for
pages, letters, tasks and files. Pure."""

from collections.abc import Mapping

from relationship.verbatims.catalogue import Catalogue, default_catalogue

# By sort and word: French, English.
_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "emotion": {
        "joy": ("Joie", "Joy"),
        "surprise": ("Surprise", "Surprise"),
        "calm": ("Calme", "Calm"),
        "fear": ("Peur", "Fear"),
        "sadness": ("Tristesse", "Sadness"),
        "anger": ("Colère", "Anger"),
        "disgust": ("Dégoût", "Disgust"),
    },
    "feeling": {
        "positive": ("Positif", "Positive"),
        "neutral": ("Neutre", "Neutral"),
        "negative": ("Négatif", "Negative"),
    },
    "threat": {
        "decided": ("Annonce son départ", "Says that they leave"),
        "conditional": ("Part si rien ne change", "Leaves unless something changes"),
        "considering": ("Pense à partir", "Thinks of leaving"),
    },
    "source": {
        "survey": ("Enquête", "Survey"),
        "review": ("Avis", "Review"),
        "chat": ("Chat", "Chat"),
        "comment": ("Commentaire", "Comment"),
        "mailbox": ("Boîte d’avis clients", "Feedback mailbox"),
    },
    "sensitivity": {
        "price": ("Prix", "Price"),
        "team_turnover": ("Changement d’interlocuteur", "Change of contact persons"),
        "quality": ("Qualité", "Quality"),
        "delay": ("Délais", "Delays"),
        "availability": ("Disponibilité", "Availability"),
        "support": ("Assistance", "Support"),
        "security": ("Sécurité", "Security"),
        "ease_of_use": ("Facilité d’usage", "Ease of use"),
        "communication": ("Communication", "Communication"),
        "contract": ("Contrat", "Contract"),
        "people": ("Accueil et considération", "Way of treating people"),
        "environment": ("Environnement", "Environment"),
        "training": ("Formation", "Training"),
    },
    "moment": {
        "move": ("Déménagement", "Move"),
        "retirement": ("Retraite, transmission", "Retirement, handover"),
        "birth": ("Naissance", "Birth"),
        "marriage": ("Mariage", "Marriage"),
        "divorce": ("Divorce", "Divorce"),
        "bereavement": ("Deuil", "Bereavement"),
        "merger": ("Fusion, rachat", "Merger, takeover"),
        "new_office": ("Nouveau site", "New site"),
        "opening": ("Ouverture, nouvelle activité", "Opening, new activity"),
        "hiring": ("Recrutement", "Recruitment"),
        "works": ("Travaux", "Building works"),
        "purchase": ("Achat, investissement", "Purchase, investment"),
        "international": ("À l’étranger", "Abroad"),
        "funding": ("Levée de fonds", "Funding round"),
        "contact_change": ("Changement de contact", "Change of contact"),
    },
}
SORTS = (*_NAMES, "theme")


def words(sort: str) -> tuple[str, ...]:
    """The words of a sort that have names here; themes are named by their catalogue."""
    return tuple(_NAMES[sort])


def name(sort: str, word: str, language: str, *, themes: Catalogue | None = None) -> str:
    """What a word is called; a theme with what it is a part of. The word itself where nobody named it.

    >>> name("sensitivity", "price", "fr"), name("moment", "new_office", "en")
    ('Prix', 'New site')
    """
    if sort == "theme":
        return _theme(word, language, themes or default_catalogue())
    found = _NAMES[sort].get(word)
    return found[language == "en"] if found else word.replace("_", " ")


def within(text: str) -> str:
    """The name in the middle of a sentence.

    >>> within("Prix")
    'prix'
    """
    return text[:1].lower() + text[1:]


def _theme(path: str, language: str, themes: Catalogue) -> str:
    names, above = [], ""
    for key in path.split("/"):
        above = f"{above}/{key}" if above else key
        names.append(themes.name(above, language) or key.replace("_", " "))
    return " › ".join(names)
