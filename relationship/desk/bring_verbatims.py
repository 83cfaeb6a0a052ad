"""Bring in a file of a survey or of reviews: read by the roles of its columns, heard by the one door (`hear.py`)."""

import io
from dataclasses import dataclass

from relationship.desk.hear import Outcome, Said, hear
from relationship.errors import FixSettings
from relationship.house import House
from relationship.importing import survey
from relationship.importing.faults import Fault
from relationship.importing.opening import Source as File
from relationship.importing.options import Options
from relationship.importing.survey import ColumnRoles, Seen
from relationship.store.verbatims import verbatim_files
from relationship.store.verbatims.verbatims import Source


@dataclass(frozen=True, slots=True)
class Brought:
    """lines: of the file;  silent: without a text;  faults: of lines that were not taken, by the file's line."""

    lines: int
    silent: int
    outcome: Outcome
    faults: tuple[Fault, ...]


def of_bytes(body: bytes, name: str) -> File:
    return File(lambda: io.BytesIO(body), len(body), name)


def look(house: House, file: File, options: Options) -> tuple[Seen, ColumnRoles, str]:
    """The beginning of a file with the roles of its columns and its source: as said last time, else as they suggest.

    raises  FileRefused
    """
    seen = survey.see(file, options)
    with house.store.reading() as conn:
        known = verbatim_files.remembered(conn, seen.shape)
    if known is not None and len(known[0].roles) == len(seen.titles):
        return seen, *known
    return seen, ColumnRoles(survey.guessed(seen.titles)), Source.SURVEY.value


def bring_verbatims(
    house: House, file: File, options: Options, roles: ColumnRoles, source: Source, *, by: str, by_name: str = ""
) -> Brought:
    """Take a file over and remember the roles for files of its shape. Lines that cannot be taken are told.

    raises  FileRefused for the file as a whole, FixSettings where the roles do not fit it; then nothing is kept
    """
    seen = survey.see(file, options)
    if len(roles.roles) != len(seen.titles) or survey.wrong(roles.roles):
        raise FixSettings(
            "The file needs one column with the date and at least one with the text, and no other role twice.",
            next_step="Choose what the columns are.",
            code="roles_wrong",
        )
    answers, faults, lines = survey.read(file, options, roles)
    said = [
        Said(source, one.day, one.text, one.line_id, one.account, one.customer_id, one.address, one.language,
             one.satisfaction, one.recommendation, one.filters, one.information)
        for one in answers
    ]  # fmt: skip
    outcome = hear(house, said, by=by, by_name=by_name)
    with house.store.transaction() as conn:
        verbatim_files.remember(conn, seen.shape, roles, source.value, at=house.clock(), by=by)
    refused = [Fault(answers[place].line, "", code) for place, code in outcome.refused]
    return Brought(lines, lines - len(answers) - len(faults), outcome, tuple(sorted([*faults, *refused], key=_line)))


def _line(fault: Fault) -> int:
    return fault.line
