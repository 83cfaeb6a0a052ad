"""The product's columns in Dynamics 365."""

import sys

import click

from relationship.commands.configured import configured


@click.group(short_help="The columns in Dynamics 365 that hold the ratings.")
def crm() -> None:
    """The columns in Dynamics 365 that hold every rating (docs/add-in.md)."""


@crm.command(name="provision", short_help="Make the columns, or what is missing of them.")
def provision_columns() -> None:
    """Make the publisher, the solution and the columns, whichever is missing; publish them.

    May be interrupted and run again. The application user needs the role System Customizer for it.
    """
    from relationship.terminal import writing_back
    from relationship.terminal.console import told

    with told():
        sys.exit(writing_back.provision(configured()))


@crm.command(name="remove", short_help="Take the columns away, with their values.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_columns(yes: bool) -> None:
    """Take the columns and the solution away, with all values in them.

    Does nothing and lists what stands in the way when a view, chart, form or flow uses a column.
    """
    from relationship.terminal import writing_back
    from relationship.terminal.console import told

    if not yes:
        click.confirm("Take the columns away from Dynamics 365, with their values?", abort=True, err=True)
    with told():
        sys.exit(writing_back.remove(configured()))


@crm.command(name="write", short_help="Write every rating that the columns do not hold yet.")
@click.option("--all", "everything", is_flag=True, help="Write every record anew, whatever was written before.")
def write_columns(everything: bool) -> None:
    """Write every rating that differs from what its columns were told.

    `relationship schedule` does the same bit by bit while RELATIONSHIP_CRM_WRITE is on. Waits where Microsoft
    asks for it; may be interrupted or killed and run again: it goes on where it stopped.
    """
    from relationship.terminal import writing_back
    from relationship.terminal.console import told

    with told():
        sys.exit(writing_back.write(configured(), everything=everything))
