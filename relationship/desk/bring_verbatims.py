"""A file of a survey or of reviews on its way in: looked at, its columns said, then an import like all others.

What the columns are is proposed from titles and cells, or as it was said last for a file with the same titles; whoever
brings the file in has the last word (`Columns`). The rest is `bring_in.py`.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection

from relationship.clock import day_number
from relationship.desk.bring_in import Open
from relationship.desk.hear import Said
from relationship.desk.stage_verbatims import OLD_DAYS
from relationship.errors import FixSettings
from relationship.house import House
from relationship.importing import survey, survey_columns
from relationship.importing.faults import FileRefused
from relationship.importing.kinds import VERBATIMS
from relationship.importing.opening import Source as File
from relationship.importing.options import Dates, Options
from relationship.importing.rows import Batch, Layout, Reading
from relationship.importing.survey_columns import ColumnSeen, Seen
from relationship.importing.survey_roles import ColumnRoles, Role, wrong
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import State
from relationship.store.verbatims import verbatim_mappings
from relationship.store.verbatims.verbatims import Source

# Which texts alert rules look at: those said lately, all, none.
ALERTS = ("recent", "all", "none")


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of the columns of a file, and what was said of them.

    source  a word of `verbatims.Source`;  alerts: a word of ALERTS;  remembered: as it was said for an earlier file
    """

    seen: Seen
    roles: ColumnRoles
    source: str = Source.SURVEY.value
    alerts: str = "recent"
    remembered: bool = False

    def place(self, role: Role) -> int | None:
        return self.roles.roles.index(role) if role in self.roles.roles else None

    @property
    def days(self) -> ColumnSeen | None:
        place = self.place(Role.DATE)
        return None if place is None else self.seen.columns[place]

    @property
    def scores(self) -> ColumnSeen | None:
        place = self.place(Role.SATISFACTION)
        return None if place is None else self.seen.columns[place]

    def fault(self) -> str:
        """Why the file cannot be read so: a code of `survey_roles.wrong`, 'scale' where the scores lie elsewhere, or
        'scale_recommendation'; '' when all is well."""
        if code := wrong(self.roles.roles):
            return code
        if self.scores is not None and not self.scores.may_lie_on(self.roles.scale):
            return "scale"
        place = self.place(Role.RECOMMENDATION)
        if place is not None and not self.seen.columns[place].may_lie_on("0-10"):
            return "scale_recommendation"
        return ""

    def as_json(self) -> str:
        return orjson.dumps(self, option=orjson.OPT_NON_STR_KEYS).decode()

    @classmethod
    def from_json(cls, text: str) -> "Columns":
        found: dict[str, Any] = orjson.loads(text)
        seen, roles = found["seen"], found["roles"]
        columns = tuple(
            ColumnSeen(**one | {"days": {Dates(form): count for form, count in one["days"].items()}})
            for one in seen["columns"]
        )
        return cls(
            Seen(tuple(seen["titles"]), seen["shape"], columns),
            ColumnRoles(tuple(Role(one) for one in roles["roles"]), roles["scale"]),
            found["source"],
            found["alerts"],
            found["remembered"],
        )


def of_bytes(body: bytes, name: str) -> File:
    return File(lambda: io.BytesIO(body), len(body), name)


def look(house: House, file: File, options: Options) -> tuple[Columns, Options]:
    """A file at a glance: its columns with what they seem to be, and how it is to be read.

    A file that is no UTF-8 is tried as Windows-1252, in which older tools write. raises FileRefused
    """
    try:
        seen = survey_columns.see(file, options)
    except FileRefused as error:
        if error.code != "encoding_wrong" or options.encoding:
            raise
        options = replace(options, encoding="windows-1252")
        seen = survey_columns.see(file, options)
    with house.store.reading() as conn:
        known = verbatim_mappings.remembered(conn, seen.shape)
    if known is not None and len(known.roles.roles) == len(seen.titles):
        columns = Columns(seen, known.roles, known.source, remembered=True)
        return columns, replace(options, dates=_dates(columns, known.dates))
    roles = survey_columns.guessed(seen.titles, seen.columns)
    columns = Columns(seen, ColumnRoles(roles))
    if columns.scores is not None:
        columns = replace(columns, roles=ColumnRoles(roles, survey_columns.scale_of(columns.scores)))
    return columns, replace(options, dates=_dates(columns, ""))


def _dates(columns: Columns, remembered: str) -> Dates:
    """How the days are written: as the column decides; where it does not, as it was said last, else the day first."""
    forms = columns.days.forms() if columns.days else (Dates.ISO,)
    if remembered and Dates(remembered) in forms:
        return Dates(remembered)
    return next((form for form in (Dates.ISO, Dates.DAY_FIRST) if form in forms), forms[0])


def say(house: House, key: str, columns: Columns, options: Options, *, by: str) -> bool:
    """Note what the columns of a waiting file are, for this file and for those of its shape; then it can be checked.

    Returns False when the file waits no more. raises FixSettings where the columns cannot be read so
    """
    if columns.fault():
        raise FixSettings(
            "The columns cannot be read so.", next_step="Choose a date, a text and a scale.", code="roles_wrong"
        )
    with house.store.transaction() as conn:
        at = house.clock()
        if not import_runs.move(conn, key, State.CHECKING, only_from=(State.COLUMNS,), at=at):
            return False
        import_runs.say_columns(conn, key, columns.as_json(), options)
        remember(conn, house, columns, options, by=by)
    return True


def remember(conn: Connection, house: House, columns: Columns, options: Options, *, by: str) -> None:
    verbatim_mappings.remember(
        conn, columns.seen.shape, columns.roles, columns.source, options.dates.value, at=house.clock(), by=by
    )


def of_survey(house: House, file: File, options: Options, columns: Columns) -> Open:
    """The rows of a file, for `bring_in`."""
    first_recent = day_number(house.clock(), house.config.zone) - OLD_DAYS

    def overlooked(day: int) -> bool:
        return columns.alerts == "none" or (columns.alerts == "recent" and day < first_recent)

    def batches(parts: Iterator[survey.Batch]) -> Iterator[Batch]:
        for part in parts:
            rows: list[tuple[object, ...]] = [
                (one.line, _said(one, columns.source, overlooked=overlooked(one.day))) for one in part.answers
            ]
            rows += [(0, None)] * part.silent
            yield Batch(rows, part.faults, len(part.faults), part.read)

    def opened(_conn: Connection) -> Reading:
        found = survey.read(file, options, columns.roles)
        if len(found.titles) != len(columns.roles.roles):
            raise FixSettings(
                "The file has other columns now.", next_step="Say what its columns are.", code="roles_wrong"
            )
        return Reading(Layout(VERBATIMS, found.titles, ()), batches(found.batches))

    return opened


def _said(one: survey.Answer, source: str, *, overlooked: bool) -> Said:
    return Said(
        Source(source), one.day, one.text, one.line_id, one.account, one.customer_id, one.address, one.language,
        one.satisfaction, one.recommendation, one.filters, one.information, overlooked,
    )  # fmt: skip
