"""`relationship import verbatims`: the file of a survey or of reviews, its columns told by options or remembered."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from relationship.config import Config
from relationship.desk import bring_verbatims
from relationship.desk.bring_in import Outcome, bring_in, look
from relationship.desk.bring_verbatims import Columns, of_survey
from relationship.desk.stage_verbatims import OLD_DAYS
from relationship.errors import FixSettings
from relationship.house import House, open_house
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import Source, safe_name
from relationship.importing.options import Dates, Options
from relationship.importing.survey_roles import SEVERAL, ColumnRoles, Role
from relationship.importing.words import plain
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.terminal import bringing_in
from relationship.terminal.console import progress, stderr

_WRONG = {
    "no_date": ("No column is the date.", "Say which one it is: --column TITLE=date."),
    "no_text": ("No column is a text.", "Say which one it is: --column TITLE=text."),
    "role_twice": ("Two columns have a role that only one may have.", "Give one of them another: --column TITLE=ROLE."),
    "scale": ("The satisfaction scores do not lie on this scale.", "Name the scale that holds them: --scale."),
    "scale_recommendation": (
        "Scores of recommendation go from 0 to 10; those of the file do not.",
        "Give the column another role: --column TITLE=information.",
    ),
}


def import_file(
    config: Config, path: Path, options: Options, said: dict[str, str], *, preview: bool, rejected: Path | None
) -> int:
    """Bring a file in, or only say what it would change; 0, or 65 when a line was rejected.

    said  'dates', 'scale', 'source', 'alerts', and 'column:TITLE' with a role, each only where something is said
    """
    source, digest, lines = bringing_in.source_of(path)
    with open_house(config) as house, progress(f"Reading {safe_name(path.name)}") as advance:
        columns, how = told(house, source, options, said)
        if preview:
            opened = of_survey(house, source, how, columns)
            found = look(house, opened, options=how, progress=advance, total=lines)
        else:
            found = taken(house, source, how, columns, digest=digest, lines=lines, advance=advance)
    counts = found.counts
    bringing_in.tell(found, preview=preview)
    stderr.print(
        f"{counts.silent} lines without a text; {counts.unknown} of nobody known, {counts.old} said more than "
        f"{OLD_DAYS} days ago.",
        soft_wrap=True,
    )
    if rejected is not None:
        bringing_in.write_rejected(rejected, found.header, found.faults)
    return bringing_in.EX_DATAERR if counts.rejected else 0


def import_survey(house: House, path: Path) -> None:
    """Bring in a survey with what its columns seem to be, as the demonstration does."""
    if not path.exists():
        return
    source, digest, lines = bringing_in.source_of(path)
    said = {"scale": "0-100", "column:Enquêteur": Role.INFORMATION.value}
    columns, options = told(house, source, Options(), said)
    taken(house, source, options, columns, digest=digest, lines=lines)


def told(house: House, source: Source, options: Options, said: dict[str, str]) -> tuple[Columns, Options]:
    """What the columns are: as said, else as they seem or were said last. raises FixSettings, FileRefused"""
    columns, how = bring_verbatims.look(house, source, options)
    roles = list(columns.roles.roles)
    for name, role in said.items():
        if name.startswith("column:"):
            place = _place(columns.seen.titles, name.removeprefix("column:"))
            if Role(role) not in SEVERAL:
                # What is said takes the place of what was guessed.
                roles = [Role.BLANK if one is Role(role) else one for one in roles]
            roles[place] = Role(role)
    scale = said.get("scale", columns.roles.scale)
    columns = replace(
        columns,
        roles=ColumnRoles(tuple(roles), scale),
        source=said.get("source", columns.source),
        alerts=said.get("alerts", columns.alerts),
    )
    if "dates" in said:
        how = replace(how, dates=Dates(said["dates"]))
    if code := columns.fault():
        sentence, step = _WRONG[code]
        seen = ", ".join(f"{title} = {role}" for title, role in zip(columns.seen.titles, roles, strict=True))
        raise FixSettings(f"{sentence} Columns: {seen}.", next_step=step, code="roles_wrong")
    days = columns.days
    is_open = days is not None and len(days.forms()) > 1 and Dates.ISO not in days.forms()
    if days is not None and is_open and not columns.remembered and "dates" not in said:
        raise FixSettings(
            f"The dates can be read in two ways, as {days.examples[0]}.",
            next_step="Say how they are written: --dates dmy or mdy.",
            code="dates_undecided",
        )
    return columns, how


def taken(
    house: House,
    source: Source,
    options: Options,
    columns: Columns,
    *,
    digest: str,
    lines: int,
    advance: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Take a file over, and remember its columns for files of its shape."""
    by = By(house.clock(), "", "")
    new = NewRun(ImportKind.VERBATIMS, State.RUNNING, "cli", options, by, safe_name(source.name), digest, source.size,
                 columns.as_json())  # fmt: skip
    with house.store.transaction() as conn:
        import_runs.fail_stalled(conn, at=house.clock())
        key = import_runs.start(conn, new)
        bring_verbatims.remember(conn, house, columns, options, by="")
    opened = of_survey(house, source, options, columns)
    return bring_in(house, key, opened, options=options, by=by, progress=advance, total=lines)


def _place(titles: Sequence[str], title: str) -> int:
    wanted = plain(title)
    for place, one in enumerate(titles):
        if plain(one) == wanted:
            return place
    raise FixSettings(
        f"The file has no column “{title}”.", next_step=f"Name one of: {', '.join(titles)}.", code="roles_wrong"
    )
