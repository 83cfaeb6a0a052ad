"""The command `relationship import`; heavy things are imported where they are used."""

import sys
from pathlib import Path
from typing import Any

import click


@click.command(name="import")
@click.argument("kind", type=click.Choice(["usage", "events", "satisfaction", "health", "stages"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--preview", is_flag=True, help="Only say what would change.")
@click.option("--template", is_flag=True, help="Write an empty file to start from to FILE (.csv or .xlsx) instead.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the template.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of all lines of a file without a date column.")
@click.option(
    "--dates",
    type=click.Choice(["iso", "dmy", "mdy", "excel"]),
    default="iso",
    show_default=True,
    help="How days are written beside 2026-06-17.",
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
    "--rejected", type=click.Path(path_type=Path, dir_okay=False), help="Write the rejected lines here, as CSV."
)
def import_data(
    kind: str, file: Path, preview: bool, template: bool, language: str, rejected: Path | None, **how: Any
) -> None:
    """Bring in what other systems know of customers, from a CSV or XLSX file (docs/imports.md).

    All of it or nothing; the same file twice changes nothing. Ends with 0 when every line was taken, 65 when
    some were rejected or the file could not be read.
    """
    from relationship.config import load_config
    from relationship.importing.kinds import ImportKind
    from relationship.terminal import bringing_in
    from relationship.terminal.console import told

    with told():
        if template:
            bringing_in.write_template(ImportKind(kind), file, language)
            return
        day = how["as_of"].date() if how["as_of"] else None
        options = bringing_in.options(**how | {"as_of": day})
        sys.exit(
            bringing_in.import_file(load_config(), ImportKind(kind), file, options, preview=preview, rejected=rejected)
        )
