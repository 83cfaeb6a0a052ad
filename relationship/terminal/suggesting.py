"""`relationship suggest-settings`: the suggestion told on the console."""

import json
import sys

from rich.table import Table

from relationship.activities import KINDS
from relationship.clock import day_of
from relationship.config import Config
from relationship.desk.suggest import document, suggest
from relationship.health.rules import Frequency
from relationship.health.search import Setting
from relationship.health.suggestion import (
    CONFIDENCE,
    FEWEST_ACCOUNTS,
    FEWEST_LOST,
    FEWEST_MEASURED,
    FEWEST_WON,
    LEAST_GAIN,
    Reason,
    Status,
    Suggestion,
)
from relationship.house import open_house
from relationship.terminal.console import progress, stderr

FREQUENCIES = {
    Frequency.DAILY: "once a day",
    Frequency.EVERY_FEW_DAYS: "every few days",
    Frequency.WEEKLY: "once a week",
    Frequency.FORTNIGHTLY: "once every two weeks",
    Frequency.MONTHLY: "once a month",
}

HEADLINES = {
    Status.TOO_SMALL: "The history is too small to suggest anything.",
    Status.NO_GAIN: "No gain: keep the present settings.",
    Status.GAIN: "Other settings would have told won from lost better.",
}

SENTENCES = {
    Reason.FEW_WON: f"At least {FEWEST_WON} won opportunities are needed.",
    Reason.FEW_LOST: f"At least {FEWEST_LOST} lost opportunities are needed.",
    Reason.FEW_ACCOUNTS: f"They must belong to at least {FEWEST_ACCOUNTS} different accounts.",
    Reason.FEW_LATER: (
        "They were closed too close together to choose on the earlier and measure on the later ones: at least "
        f"{FEWEST_MEASURED} of each outcome must have been closed later."
    ),
    Reason.PRESENT_IS_BEST: "Nothing separates won from lost better than the present settings by more than the error.",
    Reason.WITHIN_NOISE: "The gain measured on later closings is within the noise.",
    Reason.TOO_LITTLE: f"The gain is below {LEAST_GAIN}, too little to be worth other settings.",
    Reason.NO_SEPARATION: "Even the best settings found separate won from lost no better than a coin.",
    Reason.ABOVE_NOISE: "The gain measured on later closings is above the noise.",
}


def suggest_round(config: Config, *, as_json: bool) -> None:
    """Suggest with a progress bar, and print the result: JSON on stdout or sentences and a table."""
    with open_house(config) as house, progress("Trying settings") as advance:
        found = suggest(house, progress=advance)
    if as_json:
        sys.stdout.write(json.dumps(document(found), indent=2) + "\n")
        return
    tell(found)


def tell(found: Suggestion) -> None:
    """Headline, reasons, what was looked at, settings side by side, measurements, next step."""
    stderr.print(f"[bold]{HEADLINES[found.status]}[/]", soft_wrap=True)
    for reason in found.reasons:
        stderr.print(SENTENCES[reason], soft_wrap=True)
    _tell_looked_at(found)
    if found.gain is not None:
        stderr.print(_measured(found), soft_wrap=True)
        stderr.print(_folds(found))
    if found.suggested is not None:
        stderr.print(_side_by_side(found.present, found.suggested))
        stderr.print("Nothing was changed. To use it, enter it under Settings, where its effect is shown first.")


def _tell_looked_at(found: Suggestion) -> None:
    at = found.looked_at
    days = ", ".join(f"{look.age_days} ({look.won} won, {look.lost} lost)" for look in at.looks)
    stderr.print(
        f"Looked at {found.won} won and {found.lost} lost opportunities of {at.accounts} accounts, on these days of "
        f"their lives: {days}. Left out of {at.closed} closed ones: {at.short} that ended too early and {at.silent} "
        "without contact at the time.",
        soft_wrap=True,
    )


def _measured(found: Suggestion) -> str:
    return (
        f"Chance that of a won and a lost opportunity the won one had the higher score, on later closings: "
        f"{found.auc_present:.3f} as it is, {found.auc_suggested:.3f} with settings chosen on earlier ones. "
        f"Gain {found.gain:+.3f}; {CONFIDENCE:.0%} interval {found.low:+.3f} to {found.high:+.3f}."
    )


def _folds(found: Suggestion) -> Table:
    table = Table("Closed", "Learnt from", "Measured", "Chosen", "As it is", "Chosen", box=None)
    for fold in found.folds:
        table.add_row(
            f"{day_of(fold.first)} to {day_of(fold.last)}",
            f"{fold.learnt_won} won, {fold.learnt_lost} lost",
            f"{fold.won} won, {fold.lost} lost",
            _short(fold.chosen),
            _number(fold.auc_present),
            _number(fold.auc_chosen),
        )
    return table


def _side_by_side(present: Setting, suggested: Setting) -> Table:
    table = Table("Setting", "Present", "Suggested", box=None)
    for kind in KINDS:
        table.add_row(f"Weight of {kind.value}", str(present.weights.of(kind)), str(suggested.weights.of(kind)))
    table.add_row("Expected frequency", FREQUENCIES[present.frequency], FREQUENCIES[suggested.frequency])
    return table


def _short(setting: Setting) -> str:
    weights = " ".join(f"{kind.value} {setting.weights.of(kind)}" for kind in KINDS)
    return f"{weights}, {FREQUENCIES[setting.frequency]}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
