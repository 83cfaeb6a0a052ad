"""The few people between the reader and somebody, as the drawing and its table want them."""

from dataclasses import dataclass

from relationship.graph.ties import TieWord
from web.knows import tie_words
from web.knows.who_knows import Answer
from web.texts import _

ME = "me"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the drawing. tie: its word; None for two people who may ask one another without a known tie, or
    whose tie is not the reader's to see."""

    start: str
    end: str
    start_name: str
    end_name: str
    tie: TieWord | None

    @property
    def says(self) -> str:
        return str(tie_words.STRENGTHS[self.tie]) if self.tie else _("may ask")


@dataclass(frozen=True, slots=True)
class Drawing:
    """nodes: (id, name, column, place in the list of ways or None); columns count from the reader at 0."""

    nodes: tuple[tuple[str, str, int, int | None], ...]
    lines: tuple[Line, ...]

    def data(self) -> dict[str, object]:
        """What the page hands to the drawing."""
        return {
            "nodes": [
                {"id": id_, "name": name, "column": column, "way": place} for id_, name, column, place in self.nodes
            ],
            "lines": [
                {"source": line.start, "target": line.end, "tie": line.tie.value if line.tie else "", "says": line.says}
                for line in self.lines
            ],
        }


def drawing(answer: Answer) -> Drawing | None:
    """The best ways of an answer as a network; None while there is none."""
    ways, own = answer.known.ways, answer.known.own
    if not ways and not own:
        return None
    longest = max((len(way.colleagues) for way in ways), default=0)
    nodes: dict[str, tuple[str, int, int | None]] = {ME: (_("You"), 0, None)}
    lines: dict[tuple[str, str], Line] = {}

    def join(start: str, end: str, tie: TieWord | None) -> None:
        line = Line(start, end, nodes[start][0], nodes[end][0], tie)
        lines.setdefault((start, end), line)

    # Who stands second on one way stands behind those who ask there, also where he can be asked at once.
    seconds = {way.colleagues[1].key for way in ways if len(way.colleagues) == 2}
    for place, way in enumerate(ways):
        first = way.colleagues[0]
        nodes.setdefault(first.key, (first.name, 2 if first.key in seconds else 1, place))
    for way in ways:
        if len(way.colleagues) == 2:
            nodes.setdefault(way.colleagues[1].key, (way.colleagues[1].name, 2, None))
        person = _person(way.person.kind, way.person.guid)
        nodes.setdefault(person, (way.person.name, longest + 1, None))
        join(ME, way.colleagues[0].key, way.to_first)
        if len(way.colleagues) == 2:
            join(way.colleagues[0].key, way.colleagues[1].key, None)
        join(way.colleagues[-1].key, person, way.word)
    for tie in own:
        person = _person(tie.person.kind, tie.person.guid)
        nodes.setdefault(person, (tie.person.name, longest + 1, None))
        join(ME, person, tie.tie.word)
    listed = tuple((id_, *rest) for id_, rest in nodes.items())
    return Drawing(listed, tuple(lines.values()))


def _person(kind: str, guid: str) -> str:
    return f"{kind}:{guid}"
