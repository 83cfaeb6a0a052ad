"""Settings proposed from the organisation's own won and lost opportunities: said honestly, never saved by itself."""

from dataclasses import dataclass

from flask import render_template

from relationship.activities import KINDS
from relationship.desk.suggest import suggest as suggest_from_history
from relationship.health.suggestion import FEWEST_ACCOUNTS, FEWEST_LOST, FEWEST_WON, Reason, Suggestion
from settings.pages import wording
from settings.pages.shell import blueprint, whole_house
from web import words
from web.formats import number, signed
from web.identity.members import for_admins
from web.texts import _


@dataclass(frozen=True, slots=True)
class Proposed:
    """One value that would change: its name, the value in force and the proposed one, in words."""

    name: str
    before: str
    after: str


@blueprint.post("/health/suggest")
@for_admins
def suggest() -> str:
    """What the closed opportunities say about the rules in force."""
    found = suggest_from_history(whole_house())
    return render_template(
        "settings/suggestion.html",
        found=found,
        reasons=[reason(one, found) for one in found.reasons],
        proposed=_proposed(found),
        measured=_measured(found),
        fill=_fill(found),
    )


def reason(code: Reason, found: Suggestion) -> str:
    """Why there is, or is not, something to propose."""
    figures = {"won": number(found.won), "lost": number(found.lost), "accounts": number(found.looked_at.accounts)}
    fewest = {"won": FEWEST_WON, "lost": FEWEST_LOST, "accounts": FEWEST_ACCOUNTS}
    return {
        Reason.FEW_WON: _(
            "%(have)s won opportunities can be used; at least %(need)s are needed.",
            have=figures["won"],
            need=fewest["won"],
        ),
        Reason.FEW_LOST: _(
            "%(have)s lost opportunities can be used; at least %(need)s are needed.",
            have=figures["lost"],
            need=fewest["lost"],
        ),
        Reason.FEW_ACCOUNTS: _(
            "They belong to %(have)s accounts; at least %(need)s are needed.",
            have=figures["accounts"],
            need=fewest["accounts"],
        ),
        Reason.FEW_LATER: _("They were closed too close together to choose on earlier ones and measure on later ones."),
        Reason.PRESENT_IS_BEST: _("No other settings would have been clearly better than yours."),
        Reason.WITHIN_NOISE: _("The gain of the best other settings lies within chance."),
        Reason.TOO_LITTLE: _("The gain of the best other settings is too small to be worth a change."),
        Reason.NO_SEPARATION: _("Even the best settings found do not tell won from lost better than a coin."),
        Reason.ABOVE_NOISE: _("The gain is larger than chance would explain."),
    }[code]


def _proposed(found: Suggestion) -> list[Proposed]:
    if found.suggested is None:
        return []
    old, new = found.present, found.suggested
    rows = [
        Proposed(str(words.KIND_PLURALS[kind.value]), _weight(old.weights.of(kind)), _weight(new.weights.of(kind)))
        for kind in KINDS
        if old.weights.of(kind) != new.weights.of(kind)
    ]
    if old.frequency != new.frequency:
        name = _("Expected frequency of communication")
        rows.append(Proposed(name, wording.frequency(old.frequency), wording.frequency(new.frequency)))
    return rows


def _weight(value: int) -> str:
    return f"{value} ({wording.WEIGHTS[value]})"


def _measured(found: Suggestion) -> dict[str, str] | None:
    """Of a hundred pairs of a won and a lost opportunity, how many are told apart; the gain with its interval."""
    if found.auc_present is None or found.auc_suggested is None or found.gain is None:
        return None
    low, high = found.low or 0.0, found.high or 0.0
    return {
        "present": number(100 * found.auc_present, 1),
        "suggested": number(100 * found.auc_suggested, 1),
        "gain": signed(100 * found.gain, 1),
        "low": signed(100 * low, 1),
        "high": signed(100 * high, 1),
    }


def _fill(found: Suggestion) -> dict[str, object] | None:
    """What the browser puts into the controls."""
    if found.suggested is None:
        return None
    weights = {kind.value: found.suggested.weights.of(kind) for kind in KINDS}
    return {"weights": weights, "frequency": int(found.suggested.frequency)}
