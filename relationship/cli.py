"""The `relationship` command. Heavy things are imported where they are used, so that help is instant."""

import click

from relationship import __version__
from relationship.commands import audit, crm, keeping, learning, rating, reading, running, showing
from relationship.commands.importing import import_data

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


for command in (
    showing.demo,
    showing.simulate,
    reading.sync,
    reading.scope,
    reading.read_again,
    reading.reconcile,
    reading.status,
    reading.doctor,
    reading.subscribe,
    keeping.retain,
    keeping.erase,
    keeping.dump,
    rating.rate,
    rating.suggest_settings,
    learning.learn,
    rating.detect,
    rating.understand,
    running.serve,
    running.schedule,
    running.deliver,
    running.new_key,
    crm.crm,
    audit.audit,
    import_data,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
