"""The words of verbatims on screen: emotions, feelings, threats, sources, sensitivities, moments, roles of columns."""

from flask import g
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from relationship.importing.faults import OF_A_LINE
from relationship.store import rules as stored
from relationship.verbatims import names
from relationship.verbatims.catalogue import Catalogue
from web.house import house
from web.importing import import_words
from web.languages import language
from web.texts import _


def _names(sort: str) -> dict[str, LazyString]:
    """The words of a sort with their names (`relationship/verbatims/names.py`) in the reader's language."""
    return {word: LazyString(_name, sort, word) for word in names.words(sort)}


def _name(sort: str, word: str) -> str:
    return names.name(sort, word, language())


EMOTIONS = _names("emotion")
FEELINGS = _names("feeling")
THREATS = _names("threat")
SOURCES = _names("source")
SENSITIVITIES = _names("sensitivity")
LEVELS = {"low": _l("low"), "middle": _l("middling"), "high": _l("high")}
# How strongly somebody is sensitive to something.
DEGREES = {1: _l("Mild"), 2: _l("Clear"), 3: _l("Strong")}
LEAST_DEGREES = {1: _l("All"), 2: _l("Clear or strong"), 3: _l("Strong only")}
MOMENTS = _names("moment")
ROLES = {
    "text": _l("Text"),
    "date": _l("Date"),
    "satisfaction": _l("Satisfaction score"),
    "recommendation": _l("Recommendation score (0 to 10)"),
    "filter": _l("Filter"),
    "information": _l("Information, only shown"),
    "language": _l("Language"),
    "line_id": _l("Line number"),
    "customer_id": _l("Customer number"),
    "account": _l("Account"),
    "address": _l("E-mail address"),
    "blank": _l("Not kept"),
}
PERIODS = {"30": _l("30 days"), "90": _l("90 days"), "365": _l("One year"), "": _l("Always")}
# What of the catalogue of themes cannot be saved, by its stable code.
THEME_REFUSALS = {
    "theme_twice": _l("There is a theme with this key already. Give it another one."),
    "theme_unknown": _l("The product has no such theme. Only its own themes can be switched off."),
    "theme_needed": _l("Threats to leave have this theme. It stays."),
    "theme_without_parent": _l("The theme above it is not there. Add that one first."),
    "too_many_themes": _l("These are too many themes: 500 at most."),
    "list_unknown": _l("There is no such sensitivity or moment of life. See docs/verbatims.md for all of them."),
    "word_too_wide": _l("One line offers too many choices at once. Write it as several lines."),
    "word_says_nothing": _l(
        "One of the words would be found everywhere, or nowhere: a beginning needs three letters before its *, "
        "and _ stands between two words."
    ),
}
CONTRADICTIONS = {
    "kinder_than_score": _l("Kind words with a low score: perhaps irony."),
    "harsher_than_score": _l("Harsh words with a high score: perhaps one bad moment."),
}
# What customers in an emotion need most, and how they stand towards us.
NEEDS = {
    "joy": _l("To share it, and to be thanked"),
    "surprise": _l("To understand what happened"),
    "calm": _l("That it goes on like this"),
    "fear": _l("To be reassured, with facts and dates"),
    "sadness": _l("To be heard, and not left alone with it"),
    "anger": _l("That somebody sees the limit that was crossed, and repairs it"),
    "disgust": _l("Distance from what repels"),
}
POSTURES = {
    "joy": _l("Open: the moment to ask for a testimonial or an introduction."),
    "surprise": _l("Attentive, for better or worse: what you explain now decides."),
    "calm": _l("Steady: nothing presses; keep in touch."),
    "fear": _l("Acts or flees: decides for safety, perhaps elsewhere."),
    "sadness": _l("Withdraws: complains little, and may leave without a word."),
    "anger": _l("Attacks, for acceptable limits were crossed: answer quickly and in person."),
    "disgust": _l("Rejects: change what repels before you talk about anything else."),
}
ALERTS = {
    "recent": _l("Only at the texts of the last 30 days"),
    "all": _l("At all of them, as far back as each rule looks"),
    "none": _l("At none: this file raises no alerts"),
}


def fault(code: str, detail: str = "") -> str:
    """What is wrong with a line of a file."""
    return import_words.of_line(code, detail) if code in OF_A_LINE else _("The line cannot be taken.")


def catalogue() -> Catalogue:
    """The themes in force, read once a request."""
    if "catalogue" not in g:
        with house().store.reading() as conn:
            g.catalogue = stored.current(conn)[1].themes.catalogue()
    found: Catalogue = g.catalogue
    return found


def theme(path: str, of: Catalogue | None = None) -> str:
    """A theme with what it is a part of, in the reader's language. of: the catalogue, None for the one in force."""
    known = of or catalogue()
    names, above = [], ""
    for key in path.split("/"):
        above = f"{above}/{key}" if above else key
        names.append(known.name(above, language()) or key)
    return " › ".join(names)


def themes() -> list[tuple[str, str]]:
    """Every theme with its name, indented by its level, for a list to choose from."""
    return [("\u2003" * (one.level - 1) + one.names[language()], one.path) for one in catalogue().themes]


def named(sort: str, word: str, of: Catalogue | None = None) -> str:
    """A theme, sensitivity or moment of life by its name."""
    if sort == "theme":
        return theme(word, of)
    return str((SENSITIVITIES if sort == "sensitivity" else MOMENTS).get(word, word))


def about(sort: str, word: str) -> str:
    """What highlighted words say."""
    match sort:
        case "emotion":
            return str(EMOTIONS.get(word, word))
        case "threat":
            return str(THREATS.get(word, word))
        case "sensitivity":
            return _("Sensitivity: %(what)s", what=SENSITIVITIES.get(word, word))
        case "moment":
            return _("Moment: %(what)s", what=MOMENTS.get(word, word))
        case _:
            return theme(word)
