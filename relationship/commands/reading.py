"""Reading Microsoft 365 and Dynamics 365: what is read, reading it, and how that is doing."""

import sys
from typing import TYPE_CHECKING

import click

from relationship.commands.configured import configured

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.option("--once", is_flag=True, required=True, help="One cycle to its end (`relationship schedule` repeats it).")
def sync(once: bool) -> None:  # noqa: ARG001  # the option says what happens; there is no other way yet
    """Read what changed in Microsoft 365 and Dynamics 365.

    May be interrupted or killed at any moment and run again: it goes on where it stopped. Ends with
    0 when everything was read, 75 when something has to wait and the next run goes on, 69 while
    `relationship scope` does not allow to read.
    """
    from relationship.terminal.console import told
    from relationship.terminal.rounds import sync_round

    with told():
        sys.exit(sync_round(configured()))


@click.command(short_help="Say whose mailboxes are read.")
@click.option("--everyone", is_flag=True, help="Read every mailbox of the directory.")
@click.option("--group", "group_ids", multiple=True, metavar="ID", help="Read the members of this group; repeatable.")
@click.option(
    "--consulted-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which the staff's representatives were consulted, like 2026-06-01.",
)
@click.option("--list-groups", metavar="TEXT", help="Print the groups whose name holds this text, and their ids.")
def scope(everyone: bool, group_ids: tuple[str, ...], consulted_on: "datetime | None", list_groups: str | None) -> None:
    """Say whose mailboxes are read, and since when that is agreed.

    Nothing is read before both are set. Without options it prints what holds now. The same can be set in the
    browser, under Settings > Sources and privacy; either way the change stands in the history.
    """
    from relationship.terminal import scoping
    from relationship.terminal.console import told

    if everyone and group_ids:
        raise click.UsageError("Name everyone or groups, not both.")
    with told():
        if list_groups is not None:
            scoping.print_groups(configured(), list_groups)
            return
        day = consulted_on.date() if consulted_on else None
        scoping.set_scope(configured(), everyone=everyone, group_ids=group_ids, consulted_on=day)


@click.command(name="read-again")
@click.argument("key")
def read_again(key: str) -> None:
    """Let the next sync read one source from the start.

    KEY is the source as `relationship status` names it, like mailbox/<user id>. What is kept stays until the
    new reading is complete; then what did not come back goes.
    """
    from relationship.terminal import scoping
    from relationship.terminal.console import told

    with told():
        scoping.read_source_again(configured(), key)


@click.command(short_help="Compare the last days with the sources, and heal.")
@click.option(
    "--days",
    default=30,
    show_default=True,
    type=click.IntRange(1, 36_500),
    help="How far back, at most the read window.",
)
def reconcile(days: int) -> None:
    """Compare the last days with Microsoft 365 and Dynamics 365, and heal what differs.

    Finds what no delta told: nothing is removed unless its source, asked for it alone, says that it is gone.
    Ends with 0, or with 75 when something could not be compared or confirmed.
    """
    from relationship.terminal.console import told
    from relationship.terminal.rounds import reconcile_round

    with told():
        sys.exit(reconcile_round(configured(), days=days))


@click.command(short_help="How every mailbox and table is doing.")
def status() -> None:
    """How every mailbox and table is doing; never shows an address."""
    from relationship.terminal.console import told
    from relationship.terminal.rounds import print_status

    with told():
        sys.exit(print_status(configured()))


@click.command()
@click.option("--outside", default="", metavar="USER", help="A user whose mailbox must NOT be readable.")
@click.option("--json", "as_lines", is_flag=True, help="Machine-readable, on stdout.")
def doctor(outside: str, as_lines: bool) -> None:
    """Check the connection part by part and say the next step.

    Settings, keys, database, clock, certificate, permissions (too wide ones too), directory, a
    mailbox, Dynamics 365 and each of its tables. Changes nothing. Ends with 0 when all is well, 78
    when a setting is wrong, 1 when something must be mended at Microsoft.
    """
    from relationship.terminal.checkup import examine
    from relationship.terminal.console import told

    with told():
        sys.exit(examine(outside=outside, as_lines=as_lines))


@click.command()
@click.option("--end", is_flag=True, help="End all subscriptions instead, for example before moving the service.")
def subscribe(end: bool) -> None:
    """Let Microsoft 365 tell of changes at once.

    Makes and renews the subscriptions to all mailboxes; `relationship schedule` does the same every
    hour. Needs an https address that Microsoft can reach. Ends with 75 when some are left for later.
    """
    from relationship.terminal.console import told
    from relationship.terminal.subscribing import subscribe_round

    with told():
        sys.exit(subscribe_round(configured(), end=end))
