"""Translation with types: Flask-Babel has none. The message keys are the English texts."""

from flask_babel import gettext, ngettext


def _(text: str, **figures: object) -> str:
    """The text in the reader's language, with %(name)s replaced by the figures."""
    return str(gettext(text, **figures))


def _n(one: str, several: str, number: int, **figures: object) -> str:
    """The same for a number of things, which the text may name as %(num)s."""
    return str(ngettext(one, several, number, **figures))
