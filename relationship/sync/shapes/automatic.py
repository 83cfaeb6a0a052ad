"""Which mail was written by a machine on somebody's behalf: automatic replies, notices, newsletters. Pure.

Told by the headers that RFC 3834 and RFC 2076 name, or, where a server leaves them out (copies in Sent
Items have none), by the first words of the subject. Neither is kept: only the verdict is.
"""

import re
from collections.abc import Iterable, Mapping

# A discussion list (`Precedence: list`) carries what people write; a newsletter says bulk.
_BULK = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
_SUBJECT = re.compile(
    r"^\s*(r[ée]ponse automatique|absen(ce|t|te) du bureau|automatic reply|auto[- ]?reply|out of (the )?office|"
    r"abwesenheitsnotiz|automatische antwort|respuesta autom[áa]tica|risposta automatica|automatisch antwoord|"
    r"non remis|undeliverable|delivery status notification)\b",
    re.IGNORECASE,
)


def is_automatic(headers: Iterable[Mapping[str, object]], subject: str) -> bool:
    """Whether a machine wrote it.

    headers  internetMessageHeaders as Microsoft Graph gives them, names in any case, empty when unknown

    >>> is_automatic([{"name": "Auto-Submitted", "value": "auto-replied"}], "")
    True
    >>> is_automatic([], "Réponse automatique : Offre 118")
    True
    >>> is_automatic([{"name": "Auto-Submitted", "value": "no"}], "Re: out of office furniture")
    False
    """
    for header in headers:
        name, value = str(header.get("name", "")).lower(), str(header.get("value", "")).strip().lower()
        if name == "auto-submitted" and value and value != "no":
            return True
        if name == "precedence" and value in _BULK:
            return True
    return _SUBJECT.match(subject) is not None
