"""`relationship learn attrition`: the profile of lost customers told on the console."""

from rich.table import Table

from relationship.config import Config
from relationship.desk.learn_attrition import learn_attrition
from relationship.house import open_house
from relationship.terminal.console import stderr
from relationship.verbatims.alerts.attrition import LEAST_KEPT, LEAST_LOST, Profile, TooFewCustomersError

SHOWN = 15


def learn_attrition_round(config: Config) -> None:
    """Learn and keep it, or say that too few customers were lost or kept."""
    with open_house(config) as house:
        try:
            found = learn_attrition(house, by="command line")
        except TooFewCustomersError as error:
            lost, kept = error.args
            stderr.print(
                f"Not enough: verbatims of {lost} lost and {kept} kept customers, and it takes {LEAST_LOST} and "
                f"{LEAST_KEPT}. Nothing was learnt.",
                soft_wrap=True,
            )
            return
    stderr.print(_table(found))
    share = f"{found.hit_rate:.0%} of those called likely had left, against {found.base:.0%} of all"
    stderr.print(f"{share}; {found.found:.0%} of the lost were among them (customers the profile had not seen).")
    stderr.print("Rules may rely on it." if found.is_of_use else "No better than chance: rules do not rely on it.")


def _table(found: Profile) -> Table:
    table = Table("What they said", "Lost", "Kept", "Weight")
    for one in found.features[:SHOWN]:
        table.add_row(one.name, str(one.lost), str(one.kept), f"{one.weight:+.2f}")
    return table
