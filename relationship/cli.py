"""The `relationship` command. Heavy things are imported where they are used, so that help is instant."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relationship import __version__
from relationship.import_command import import_data

if TYPE_CHECKING:
    from datetime import datetime

    from relationship.config import Config

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="relationship")
def main() -> None:
    """Relationship health beside Dynamics 365.

    Reads who wrote whom from Microsoft 365, rates every opportunity and explains each rating.

    \b
    Just looking?          relationship demo
    Set up?                docs/settings.md lists the environment variables
    Every day:             relationship serve   and   relationship schedule
    One round by hand:     relationship sync --once   then   relationship rate
    """


@main.command()
@click.option("--world", type=click.Path(path_type=Path, file_okay=False), help="A world folder to show instead.")
@click.option("--now", help="The moment it is, like 2026-06-17T09:00:00Z. At first: the end of the world's data.")
@click.option("--port", default=8080, show_default=True, help="Where your browser finds the demonstration.")
@click.option("--frequency", type=click.IntRange(1, 5), help="Expected contact frequency, 1 daily … 5 monthly.")
@click.option("--database", help="A database URL; at first a fresh SQLite file under var/.")
@click.option("--no-serve", is_flag=True, help="Sync, rate, print the result and end.")
def demo(
    world: Path | None, now: str | None, port: int, frequency: int | None, database: str | None, no_serve: bool
) -> None:
    """Show everything with a simulated organisation.

    Starts a simulated Microsoft 365 and Dynamics 365 on this machine, reads them through the real
    protocols, rates every opportunity and opens the pages. Nothing leaves this machine.
    """
    from relationship import demo as demonstration
    from relationship.console import told

    with told():
        demonstration.run(
            demonstration.Wishes(world=world, now=now, port=port, frequency=frequency, database=database),
            serve=not no_serve,
        )


@main.command()
@click.option(
    "--world", type=click.Path(path_type=Path, file_okay=False), help="World folder; at first a generated one."
)
@click.option("--port", default=8443, show_default=True, help="HTTPS port; 0 chooses a free one.")
@click.option("--sign-in-port", default=0, help="Port of the sign-in page; 0 chooses a free one.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Write how to reach it here, as JSON.")
@click.option(
    "--faults",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A fault plan to live through (docs/fault-plans.md).",
)
@click.option("--panel", default="", metavar="URL", help="Where the pages run whose panel the CRM's forms show.")
def simulate(
    world: Path | None, port: int, sign_in_port: int, ready_file: Path | None, faults: Path | None, panel: str
) -> None:
    """Run only the simulated organisation, until interrupted.

    For trying your own settings against it: RELATIONSHIP_MODE=demo is needed, never production.
    """
    from relationship import demo as demonstration
    from relationship.console import told

    with told():
        demonstration.simulate(
            world, port=port, sign_in_port=sign_in_port, ready_file=ready_file, faults=faults, panel_url=panel
        )


@main.command()
@click.option("--once", is_flag=True, required=True, help="One cycle to its end (`relationship schedule` repeats it).")
def sync(once: bool) -> None:  # noqa: ARG001  # the option says what happens; there is no other way yet
    """Read what changed in Microsoft 365 and Dynamics 365.

    May be interrupted or killed at any moment and run again: it goes on where it stopped. Ends with
    0 when everything was read, 75 when something has to wait and the next run goes on, 69 while
    `relationship scope` does not allow to read.
    """
    from relationship.console import told
    from relationship.rounds import sync_round

    with told():
        sys.exit(sync_round(_config()))


@main.command()
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
    from relationship import scoping
    from relationship.console import told

    if everyone and group_ids:
        raise click.UsageError("Name everyone or groups, not both.")
    with told():
        if list_groups is not None:
            scoping.print_groups(_config(), list_groups)
            return
        day = consulted_on.date() if consulted_on else None
        scoping.set_scope(_config(), everyone=everyone, group_ids=group_ids, consulted_on=day)


@main.command(name="read-again")
@click.argument("key")
def read_again(key: str) -> None:
    """Let the next sync read one source from the start.

    KEY is the source as `relationship status` names it, like mailbox/<user id>. What is kept stays until the
    new reading is complete; then what did not come back goes.
    """
    from relationship import scoping
    from relationship.console import told

    with told():
        scoping.read_source_again(_config(), key)


@main.command()
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
    from relationship.console import told
    from relationship.rounds import reconcile_round

    with told():
        sys.exit(reconcile_round(_config(), days=days))


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def retain(dry_run: bool) -> None:
    """Remove what happened longer ago than RELATIONSHIP_RETAIN_DAYS; the read window moves with it.

    May be interrupted at any moment and run again. Run `relationship rate` afterwards.
    """
    from relationship.console import told
    from relationship.rounds import retain_round

    with told():
        retain_round(_config(), dry_run=dry_run)


@main.command()
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
    from relationship import erasing
    from relationship.console import told

    with told():
        if let_in_again:
            erasing.let_person_in(_config(), name)
            return
        if not yes:
            click.confirm("This cannot be undone from what is kept here. Erase this person?", abort=True, err=True)
        erasing.erase_person(_config(), name)


@main.command()
def rate() -> None:
    """Bring every rating up to date, touching only what changed."""
    from relationship.console import told
    from relationship.rounds import rate_round

    with told():
        rate_round(_config())


@main.command(name="suggest-settings")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on stdout.")
def suggest_settings(as_json: bool) -> None:
    """Propose weights and frequency from your own won and lost opportunities.

    Chosen on earlier closings, measured on later ones. Says so when the history is too small or the
    gain is within the noise. Changes nothing: whoever likes the proposal enters it in the settings.
    """
    from relationship.console import told
    from relationship.suggesting import suggest_round

    with told():
        suggest_round(_config(), as_json=as_json)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True)
@click.option("--with-schedule", is_flag=True, help="Also start `relationship schedule` as a second process.")
def serve(host: str, port: int, with_schedule: bool) -> None:
    """Serve the pages."""
    from relationship.console import told
    from relationship.serving import serve_pages

    with told():
        serve_pages(_config(), host=host, port=port, with_schedule=with_schedule)


@main.command()
@click.option("--every", default=15, show_default=True, type=click.IntRange(1, 1440), help="Minutes between cycles.")
def schedule(every: int) -> None:
    """Sync and rate again and again, until interrupted.

    Also reads at once what Microsoft says has changed, renews the subscriptions to that, compares the last
    weeks with the sources once a week and applies retention once a day.
    """
    from relationship.console import told
    from relationship.schedule import run_forever

    with told():
        run_forever(_config(), every_minutes=every)


@main.command()
def dump() -> None:
    """Print everything that counts, sorted and without surrogate keys, to compare two databases."""
    from relationship.console import told
    from relationship.house import open_house
    from relationship.store.dump import lines

    with told(), open_house(_config()) as house, house.store.reading() as conn:
        for line in lines(conn):
            sys.stdout.buffer.write(line + b"\n")


@main.command()
def status() -> None:
    """How every mailbox and table is doing; never shows an address."""
    from relationship.console import told
    from relationship.rounds import print_status

    with told():
        sys.exit(print_status(_config()))


@main.command()
@click.option("--outside", default="", metavar="USER", help="A user whose mailbox must NOT be readable.")
@click.option("--json", "as_lines", is_flag=True, help="Machine-readable, on stdout.")
def doctor(outside: str, as_lines: bool) -> None:
    """Check the connection part by part and say the next step.

    Settings, keys, database, clock, certificate, permissions (too wide ones too), directory, a
    mailbox, Dynamics 365 and each of its tables. Changes nothing. Ends with 0 when all is well, 78
    when a setting is wrong, 1 when something must be mended at Microsoft.
    """
    from relationship.checkup import examine
    from relationship.console import told

    with told():
        sys.exit(examine(outside=outside, as_lines=as_lines))


@main.command()
@click.option("--end", is_flag=True, help="End all subscriptions instead, for example before moving the service.")
def subscribe(end: bool) -> None:
    """Let Microsoft 365 tell of changes at once.

    Makes and renews the subscriptions to all mailboxes; `relationship schedule` does the same every
    hour. Needs an https address that Microsoft can reach. Ends with 75 when some are left for later.
    """
    from relationship.console import told
    from relationship.subscribing import subscribe_round

    with told():
        sys.exit(subscribe_round(_config(), end=end))


@main.group()
def crm() -> None:
    """The columns in Dynamics 365 that hold every rating (docs/add-in.md)."""


@crm.command(name="provision")
def provision_columns() -> None:
    """Make the publisher, the solution and the columns, whichever is missing; publish them.

    May be interrupted and run again. The application user needs the role System Customizer for it.
    """
    from relationship import writing_back
    from relationship.console import told

    with told():
        sys.exit(writing_back.provision(_config()))


@crm.command(name="remove")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_columns(yes: bool) -> None:
    """Take the columns and the solution away, with all values in them.

    Does nothing and lists what stands in the way when a view, chart, form or flow uses a column.
    """
    from relationship import writing_back
    from relationship.console import told

    if not yes:
        click.confirm("Take the columns away from Dynamics 365, with their values?", abort=True, err=True)
    with told():
        sys.exit(writing_back.remove(_config()))


@crm.command(name="write")
@click.option("--all", "everything", is_flag=True, help="Write every record anew, whatever was written before.")
def write_columns(everything: bool) -> None:
    """Write every rating that differs from what its columns were told.

    `relationship schedule` does the same bit by bit while RELATIONSHIP_CRM_WRITE is on. Waits where Microsoft
    asks for it; may be interrupted or killed and run again: it goes on where it stopped.
    """
    from relationship import writing_back
    from relationship.console import told

    with told():
        sys.exit(writing_back.write(_config(), everything=everything))


@main.group()
def audit() -> None:
    """The log of who did what: sign-ins, looks at relationships, exports, settings, introductions."""


@audit.command()
@click.option(
    "--at-least", metavar="NUMBER:MAC", help="What an earlier verification printed; shows an old log put back."
)
def verify(at_least: str | None) -> None:
    """Work the whole chain out anew; ends with 0 when it holds, 65 when an entry was changed or left out.

    Keep the line it prints somewhere else and give it to the next verification.
    """
    from relationship.auditing import verify_log
    from relationship.console import told

    with told():
        sys.exit(verify_log(_config(), at_least))


@audit.command(name="show")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def show_log(limit: int) -> None:
    """The newest entries, one JSON array per line: number, time, actor, action, object, result."""
    from relationship.auditing import show
    from relationship.console import told

    with told():
        show(_config(), limit)


@main.command()
def deliver() -> None:
    """Send what is due of mails, webhooks and CRM tasks (`relationship schedule` does so every 20 seconds).

    Acts first on the changes of ratings since the last time. Ends with 75 when something failed and is tried again.
    """
    from relationship.console import told
    from relationship.delivering import deliver_round

    with told():
        sys.exit(deliver_round(_config()))


@main.command(name="new-key")
def new_key() -> None:
    """Print a new key for RELATIONSHIP_ENCRYPTION_KEYS (put it in front of the old ones)."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())


def _config() -> "Config":
    from relationship.config import load_config

    return load_config()


main.add_command(import_data)

if __name__ == "__main__":
    main()
