"""The columns of the file of verbatims: who said what when, and what was understood of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.store.verbatims import verbatims
from relationship.store.verbatims.verbatim_lists import Listed
from relationship.store.verbatims.verbatims import Kept
from web.export import neutral
from web.lists.list_fields import FileColumn, Value
from web.verbatims import verbatim_words

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A text with its account and its marks: words by sort."""

    text: Kept
    account: str
    marks: dict[str, set[str]]


def lines(conn: Connection, rows: Iterable[Listed]) -> Iterator[Line]:
    for part in _parts(rows):
        marks = verbatims.marks(conn, [one.verbatim.id for one in part])
        for one in part:
            yield Line(one.verbatim, one.account, marks.get(one.verbatim.id, {}))


def of(filters: Sequence[str]) -> list[FileColumn]:
    """filters: names of the filter columns, each a column of its own."""
    return [
        FileColumn(_l("Text"), lambda one: one.text.text),
        FileColumn(_l("Date"), lambda one: day_of(one.text.day)),
        FileColumn(_l("Account"), lambda one: one.account),
        FileColumn(_l("Customer number"), lambda one: one.text.customer_id),
        FileColumn(_l("E-mail address"), lambda one: one.text.address),
        FileColumn(_l("Source"), lambda one: str(verbatim_words.SOURCES[one.text.source])),
        FileColumn(_l("Emotion"), lambda one: str(verbatim_words.EMOTIONS[one.text.emotion])),
        FileColumn(_l("Intensity"), lambda one: one.text.intensity),
        FileColumn(_l("Polarity"), lambda one: str(verbatim_words.FEELINGS[one.text.feeling])),
        FileColumn(_l("Temperature (°C)"), lambda one: one.text.temperature),
        FileColumn(_l("Threat to leave"), lambda one: str(verbatim_words.THREATS.get(one.text.threat, ""))),
        FileColumn(_l("Themes"), lambda one: _told(one, "theme")),
        FileColumn(_l("Sensitivities"), lambda one: _told(one, "sensitivity")),
        FileColumn(_l("Moments of life"), lambda one: _told(one, "moment")),
        FileColumn(_l("Satisfaction (0 to 100)"), lambda one: one.text.satisfaction),
        FileColumn(_l("Recommendation (0 to 10)"), lambda one: one.text.recommendation),
        *(FileColumn(neutral(name), _Filter(name)) for name in filters),
    ]


@dataclass(frozen=True, slots=True)
class _Filter:
    """Reads one filter column of a line."""

    name: str

    def __call__(self, one: Line) -> Value:
        return one.text.filters.get(self.name, "")


def _told(one: Line, sort: str) -> str:
    words = one.marks.get(sort, set())
    deepest = [word for word in sorted(words) if not any(other.startswith(f"{word}/") for other in words)]
    named = (verbatim_words.theme(word) if sort == "theme" else verbatim_words.named(sort, word) for word in deepest)
    return ", ".join(map(str, named))


def _parts(rows: Iterable[Listed]) -> Iterator[tuple[Listed, ...]]:
    waiting = iter(rows)
    while part := tuple(islice(waiting, _AT_ONCE)):
        yield part
