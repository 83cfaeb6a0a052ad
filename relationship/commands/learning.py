"""Learning from the organisation's own history."""

import click

from relationship.commands.configured import configured


@click.group()
def learn() -> None:
    """Learn from your own history."""


@learn.command(short_help="The risk of churn, from lost and kept customers.")
def churn() -> None:
    """Learn the risk of churn from lost and kept customers, and measure it against the published rule.

    Takes 50 lost and 50 kept customers with a history, and says so when there are fewer. Used only once a sales
    administrator accepts it.
    """
    from relationship.terminal.console import told
    from relationship.terminal.learning import learn_churn_round

    with told():
        learn_churn_round(configured())


@learn.command(short_help="What lost customers said before they left.")
def attrition() -> None:
    """Learn what lost customers said before they left, beside those who stayed, and keep it for alert rules.

    Takes 20 lost and 20 kept accounts with verbatims. A profile that is no better than chance is not relied on.
    """
    from relationship.terminal.console import told
    from relationship.terminal.learning_attrition import learn_attrition_round

    with told():
        learn_attrition_round(configured())
