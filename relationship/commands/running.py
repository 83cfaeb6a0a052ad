"""What runs all the time, and what leaves on its own."""

import sys

import click

from relationship.commands.configured import configured


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--with-schedule", is_flag=True, help="Also start `relationship schedule` as a second process.")
def serve(host: str, port: int, with_schedule: bool) -> None:
    """Serve the pages."""
    from relationship.serving import serve_pages
    from relationship.terminal.console import told

    with told():
        serve_pages(configured(), host=host, port=port, with_schedule=with_schedule)


@click.command()
@click.option("--every", default=15, show_default=True, type=click.IntRange(1, 1440), help="Minutes between cycles.")
def schedule(every: int) -> None:
    """Sync and rate again and again, until interrupted.

    Also reads at once what Microsoft says has changed, renews the subscriptions to that, compares the last
    weeks with the sources once a week and applies retention once a day.
    """
    from relationship.schedule import run_forever
    from relationship.terminal.console import told

    with told():
        run_forever(configured(), every_minutes=every)


@click.command(short_help="Send what is due of mails, webhooks and CRM tasks.")
def deliver() -> None:
    """Send what is due of mails, webhooks and CRM tasks (`relationship schedule` does so every 20 seconds).

    Acts first on the changes of ratings since the last time. Ends with 75 when something failed and is tried again.
    """
    from relationship.terminal.console import told
    from relationship.terminal.delivering import deliver_round

    with told():
        sys.exit(deliver_round(configured()))


@click.command(name="new-key", short_help="Print a new encryption key.")
def new_key() -> None:
    """Print a new key for RELATIONSHIP_ENCRYPTION_KEYS (put it in front of the old ones)."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())
