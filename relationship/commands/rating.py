"""Rating every record, proposing settings, detecting signals, understanding verbatims."""

import click

from relationship.commands.configured import configured


@click.command(short_help="Bring every rating up to date.")
def rate() -> None:
    """Bring every rating up to date, touching only what changed."""
    from relationship.terminal.console import told
    from relationship.terminal.rounds import rate_round

    with told():
        rate_round(configured())


@click.command(name="suggest-settings", short_help="Propose weights and frequency from closed deals.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on stdout.")
def suggest_settings(as_json: bool) -> None:
    """Propose weights and frequency from your own won and lost opportunities.

    Chosen on earlier closings, measured on later ones. Says so when the history is too small or the
    gain is within the noise. Changes nothing: whoever likes the proposal enters it in the settings.
    """
    from relationship.terminal.console import told
    from relationship.terminal.suggesting import suggest_round

    with told():
        suggest_round(configured(), as_json=as_json)


@click.command(short_help="Detect the signals of today.")
def detect() -> None:
    """Detect the signals of today: risks, openings, deals at risk (`relationship schedule` does so after every sync).

    What is new is opened, what is over is closed. May be run at any time and again.
    """
    from relationship.terminal.console import told
    from relationship.terminal.rounds import detect_round

    with told():
        detect_round(configured())


@click.command(short_help="Understand earlier verbatims anew.")
def understand() -> None:
    """Understand anew the verbatims that earlier lists of words or themes were used on.

    `relationship schedule` does so in small turns; this does all of it now. What people corrected stays corrected, and
    no alert is raised. May be stopped and run again at any time.
    """
    from relationship.terminal.console import told
    from relationship.terminal.rounds import understand_round

    with told():
        understand_round(configured())
