"""`relationship doctor` on the console: a table of parts with their next step, or JSON."""

from contextlib import closing

import click
from rich.console import Console
from rich.table import Table

from relationship.config import load_config
from relationship.errors import FixSettings
from relationship.house import build_house, prepare
from relationship.store.database import Store
from relationship.sync.checks import doctor
from relationship.sync.checks.findings import Finding, Mark, as_json, exit_code
from relationship.sync.wire.connection import connect
from relationship.terminal.console import stderr

SIGNS = {Mark.GOOD: "[green]✓[/]", Mark.WARNING: "[yellow]![/]", Mark.BAD: "[red]✗[/]"}


def examine(*, outside: str, as_lines: bool) -> int:
    """Look at every part and print what was found; returns the exit code. as_lines: JSON on stdout."""
    findings = _findings(outside)
    if as_lines:
        click.echo(as_json(findings))
    else:
        _print(findings)
    return exit_code(findings)


def _findings(outside: str) -> list[Finding]:
    try:
        config = load_config()
    except FixSettings as error:
        return [Finding("configuration", Mark.BAD, error.message, error.next_step, is_setting=True)]
    house = build_house(config)

    def opened() -> Store:
        prepare(house)
        return house.store

    try:
        with stderr.status("Asking Microsoft …"), closing(connect(config)) as microsoft:
            return doctor.examine(config, microsoft, opened, outside=outside)
    finally:
        house.store.close()


def _print(findings: list[Finding]) -> None:
    out = Console(highlight=False, soft_wrap=False)
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in findings:
        step = f"\n→ {finding.next_step}" if finding.next_step and finding.mark is not Mark.GOOD else ""
        table.add_row(SIGNS[finding.mark], finding.part, f"{finding.told}{step}")
    out.print(table)
    bad = sum(finding.mark is Mark.BAD for finding in findings)
    warned = sum(finding.mark is Mark.WARNING for finding in findings)
    out.print(f"Parts looked at: {len(findings)}. To be mended: {bad}. Worth a look: {warned}.")
