"""The audit log."""

import sys

import click

from relationship.commands.configured import configured


@click.group(short_help="The log of who did what: read it, verify it.")
def audit() -> None:
    """The log of who did what: sign-ins, looks at relationships, exports, settings, introductions."""


@audit.command(short_help="Work the whole chain out anew.")
@click.option(
    "--at-least", metavar="NUMBER:MAC", help="What an earlier verification printed; shows an old log put back."
)
def verify(at_least: str | None) -> None:
    """Work the whole chain out anew; ends with 0 when it holds, 65 when an entry was changed or left out.

    Keep the line it prints somewhere else and give it to the next verification.
    """
    from relationship.terminal.auditing import verify_log
    from relationship.terminal.console import told

    with told():
        sys.exit(verify_log(configured(), at_least))


@audit.command(name="show", short_help="The newest entries, one JSON array per line.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def show_log(limit: int) -> None:
    """The newest entries, one JSON array per line: number, time, actor, action, object, result."""
    from relationship.terminal.auditing import show
    from relationship.terminal.console import told

    with told():
        show(configured(), limit)
