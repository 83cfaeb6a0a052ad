"""What is kept: retention, erasing a person, and everything that counts printed."""

import sys

import click

from relationship.commands.configured import configured


@click.command(short_help="Remove what is older than you keep.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def retain(dry_run: bool) -> None:
    """Remove what happened longer ago than the settings or RELATIONSHIP_RETAIN_DAYS say; the read window moves with it.

    May be interrupted at any moment and run again. Run `relationship rate` afterwards.
    """
    from relationship.terminal.console import told
    from relationship.terminal.rounds import retain_round

    with told():
        retain_round(configured(), dry_run=dry_run)


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--let-in-again", is_flag=True, help="Take an erasure back; the next sync reads anew what is still there."
)
def erase(name: str, yes: bool, let_in_again: bool) -> None:
    """Remove a person from everything that is kept, for good.

    NAME is a mail address, or contact:<guid>, lead:<guid>, user:<Entra object id>. Activities stay without them or go,
    their record, ties and introductions go, and no sync brings them back. Microsoft 365 and Dynamics 365 are not
    touched. Copies of the database (backups) are yours to erase; after restoring one, erase again.
    """
    from relationship.terminal import erasing
    from relationship.terminal.console import told

    with told():
        if let_in_again:
            erasing.let_person_in(configured(), name)
            return
        if not yes:
            click.confirm("This cannot be undone from what is kept here. Erase this person?", abort=True, err=True)
        erasing.erase_person(configured(), name)


@click.command(short_help="Print everything that counts, to compare databases.")
def dump() -> None:
    """Print everything that counts, sorted and without surrogate keys, to compare two databases."""
    from relationship.house import open_house
    from relationship.store.dump import lines
    from relationship.terminal.console import told

    with told(), open_house(configured()) as house, house.store.reading() as conn:
        for line in lines(conn):
            sys.stdout.buffer.write(line + b"\n")
