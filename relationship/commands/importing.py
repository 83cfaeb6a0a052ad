"""The command `relationship import`; heavy things are imported where they are used."""

import sys
from pathlib import Path
from typing import Any

import click

KINDS = ["usage", "events", "satisfaction", "health", "stages", "verbatims"]


@click.command(name="import", short_help="Bring in what other systems know of customers.")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--preview", is_flag=True, help="Only say what would change.")
@click.option("--template", is_flag=True, help="Write an empty file to start from to FILE (.csv or .xlsx) instead.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the template.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of all lines of a file without a date column.")
@click.option(
    "--dates",
    type=click.Choice(["iso", "dmy", "mdy", "excel"]),
    help="How days are written beside 2026-06-17; for verbatims at first what the column shows.",
)
@click.option("--decimal", type=click.Choice(["comma", "point"]), help="Decimal sign; at first what cannot be misread.")
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-16", "latin-1", "windows-1252", "iso-8859-15"]),
    help="Of a CSV file; at first UTF-8.",
)
@click.option("--delimiter", type=click.Choice(["comma", "semicolon", "tab"]), help="At first what the header shows.")
@click.option("--clear-empty", is_flag=True, help="An empty cell clears the value that is kept; else it leaves it.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="TITLE=ROLE",
    help="Of verbatims: what a column is (date, text, satisfaction, recommendation, filter, information, language, "
    "line_id, customer_id, account, address, blank); at first as the file suggests or as said last.",
)
@click.option("--scale", type=click.Choice(["0-10", "1-5", "1-10", "1-7", "1-4", "0-100"]), help="Of satisfaction.")
@click.option("--source", type=click.Choice(["survey", "review", "chat", "comment"]), help="Where verbatims come from.")
@click.option(
    "--alerts",
    type=click.Choice(["recent", "all", "none"]),
    help="At which verbatims alert rules look; at first those of the last 30 days.",
)
@click.option(
    "--rejected", type=click.Path(path_type=Path, dir_okay=False), help="Write the rejected lines here, as CSV."
)
def import_data(
    kind: str, file: Path, preview: bool, template: bool, language: str, rejected: Path | None, **how: Any
) -> None:
    """Bring in what other systems know of customers, from a CSV or XLSX file (docs/imports.md).

    KIND is usage, events, satisfaction, health, stages or verbatims.

    All of it or nothing; the same file twice changes nothing. Ends with 0 when every line was taken, 65 when
    some were rejected or the file could not be read.
    """
    from relationship.config import load_config
    from relationship.importing.kinds import ImportKind
    from relationship.terminal import bringing_in, bringing_in_verbatims
    from relationship.terminal.console import told

    with told():
        said = _said(kind, how)
        if template and kind == "verbatims":
            raise click.UsageError("Files of verbatims have any columns, so there is no template.")
        if template:
            bringing_in.write_template(ImportKind(kind), file, language)
            return
        day = how["as_of"].date() if how["as_of"] else None
        options = bringing_in.options(**how | {"as_of": day, "dates": how["dates"] or "iso"})
        config = load_config()
        if kind == "verbatims":
            done = bringing_in_verbatims.import_file(config, file, options, said, preview=preview, rejected=rejected)
        else:
            done = bringing_in.import_file(config, ImportKind(kind), file, options, preview=preview, rejected=rejected)
        sys.exit(done)


def _said(kind: str, how: dict[str, Any]) -> dict[str, str]:
    """What is said of the columns of verbatims, taken out of the options."""
    from relationship.importing.survey_roles import Role

    said: dict[str, str] = {name: how.pop(name) for name in ("scale", "source", "alerts")}
    columns: tuple[str, ...] = how.pop("columns")
    if kind != "verbatims" and (columns or any(said.values())):
        raise click.UsageError("--column, --scale, --source and --alerts are for verbatims.")
    for one in columns:
        title, sign, role = one.rpartition("=")
        if not sign or role not in set(Role):
            raise click.UsageError(f"--column {one}: write TITLE=ROLE, with a role of the list.")
        said[f"column:{title}"] = role
    return {name: value for name, value in (said | {"dates": how["dates"]}).items() if value}
