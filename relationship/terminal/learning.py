"""`relationship learn churn`: what was learnt from lost and kept customers, told on the console."""

from rich.table import Table

from relationship.config import Config
from relationship.desk.learn_churn import Learnt, learn_churn
from relationship.errors import FixSettings
from relationship.house import open_house
from relationship.signals.churn_model import LEAST_KEPT, LEAST_LOST, ChurnModel
from relationship.terminal.console import stderr


def learn_churn_round(config: Config) -> None:
    """Learn, keep the model and say how it did; FixSettings without scikit-learn."""
    with open_house(config) as house:
        try:
            found = learn_churn(house)
        except ImportError:
            raise FixSettings(
                "Learning needs scikit-learn, which is not installed.",
                next_step="Install the extra: pip install 'relationship[learn]'.",
                code="missing_extra_learn",
            ) from None
    _tell(found)


def _tell(found: Learnt) -> None:
    if found.undated:
        stderr.print(
            f"{found.undated} lost customers are left out: nobody knows when they left (no date, never scored).",
            soft_wrap=True,
        )
    if found.guessed:
        stderr.print(
            f"Of {found.guessed} lost customers the day is a guess: the CRM does not tell it (column `lost`), so it is "
            "the day of their renewal, else the last one on which they were scored.",
            soft_wrap=True,
        )
    if found.model is None and found.is_enough:
        stderr.print(
            f"{found.lost} lost and {found.kept} kept customers, but too many of the same months: too few can be "
            "judged by what was known before. Nothing was learnt; the published rule stays.",
            soft_wrap=True,
        )
        return
    if found.model is None:
        stderr.print(
            f"Not enough: {found.lost} lost and {found.kept} kept customers with a history, and it takes "
            f"{LEAST_LOST} and {LEAST_KEPT}. Nothing was learnt; the published rule stays.",
            soft_wrap=True,
        )
        return
    _tell_model(found.model)
    stderr.print(
        f"Kept as model {found.number}. It is not used until a sales administrator accepts it under "
        "Settings › Customer health.",
        soft_wrap=True,
    )


def _tell_model(model: ChurnModel) -> None:
    trial = model.trial
    stderr.print(
        f"Judged on {trial.lost} lost and {trial.kept} kept customers, 90 days before, each by what was known then."
    )
    figures = Table("On customers of later days", "AUC", "95 % interval", box=None)
    figures.add_row("Model", f"{trial.auc:.3f}", f"{trial.auc_low:.3f} – {trial.auc_high:.3f}")
    figures.add_row("Published rule", f"{trial.rule_auc:.3f}", "")
    figures.add_row("Gain", f"{trial.gain:+.3f}", f"{trial.gain_low:+.3f} – {trial.gain_high:+.3f}")
    stderr.print(figures)
    better = "better than the published rule, beyond chance" if trial.is_better else "no better than the published rule"
    stderr.print(f"It is {better}.")
    weights = Table("Measure", "Coefficient", box=None)
    for name, value in model.coefficients.items():
        weights.add_row(name, f"{value:+.2f}")
    stderr.print(weights)
    calibration = Table("Customers", "Expected lost", "Lost", "95 % interval", box=None)
    for one in trial.calibration:
        calibration.add_row(
            str(one.count), f"{one.expected:.0%}", f"{one.observed:.0%}", f"{one.low:.0%} – {one.high:.0%}"
        )
    stderr.print(calibration)
