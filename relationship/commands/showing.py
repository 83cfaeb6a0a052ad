"""What a visitor starts: the demonstration and the simulated organisation."""

from pathlib import Path

import click

# 0: a free one is chosen.
PORT = click.IntRange(0, 65535)


@click.command()
@click.option("--world", type=click.Path(path_type=Path, file_okay=False), help="A world folder to show instead.")
@click.option("--now", help="The moment it is, like 2026-06-17T09:00:00Z. At first: the end of the world's data.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Where your browser finds the demonstration.",
)
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
    from relationship.terminal.console import told

    with told():
        demonstration.run(
            demonstration.Wishes(world=world, now=now, port=port, frequency=frequency, database=database),
            serve=not no_serve,
        )


@click.command()
@click.option(
    "--world", type=click.Path(path_type=Path, file_okay=False), help="World folder; at first a generated one."
)
@click.option("--port", default=8443, show_default=True, type=PORT, help="HTTPS port; 0 chooses a free one.")
@click.option("--sign-in-port", default=0, type=PORT, help="Port of the sign-in page; 0 chooses a free one.")
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
    from relationship.terminal.console import told

    with told():
        demonstration.simulate(
            world, port=port, sign_in_port=sign_in_port, ready_file=ready_file, faults=faults, panel_url=panel
        )
