"""Whether a customer says that they leave.

Words of decision and words of doubt are told apart; a denial ("je ne compte pas résilier") and the same words about
somebody else ("nous avons quitté un concurrent pour vous") are none; a condition in the sentence makes a decision a
conditional threat. The polarity of words plays no part: threats are mostly said politely.
"""

from collections.abc import Sequence

from relationship.verbatims.analysis import Threat
from relationship.verbatims.feelings import STRONGER, Rules
from relationship.verbatims.patterns import Match, longest
from relationship.verbatims.tokens import Tokens

CONSIDERING, CONDITIONAL, DECIDED = "considering", "conditional", "decided"
KINDS = (CONSIDERING, CONDITIONAL, DECIDED)
DEGREE = {DECIDED: 0.9, CONDITIONAL: 0.75, CONSIDERING: 0.5}
# A doubt that hangs on a condition weighs a little more than a doubt, much less than a decision that does.
CONDITIONAL_DOUBT = 0.6
SAID_STRONGLY = 0.08


def threat(tokens: Tokens, matches: Sequence[Match]) -> Threat | None:
    """The gravest threat of a sentence, the first of equal ones; None without."""
    said = [one for one in matches if one.meaning.sort == "threat"]
    if not said:
        return None
    conditions = [one for one in said if one.meaning.word == "conditions"]
    harmless = [one for one in said if one.meaning.word == "none"]
    rules = Rules(tokens.words, matches)
    found: Threat | None = None
    for one in longest(one for one in said if one.meaning.word in DEGREE):
        if any(_overlap(one, other) for other in harmless) or rules.negates(one.first, one.last):
            continue
        hangs = any(not _overlap(one, other) for other in conditions)
        kind, degree = one.meaning.word, DEGREE[one.meaning.word]
        if hangs:
            degree = DEGREE[CONDITIONAL] if kind == DECIDED else CONDITIONAL_DOUBT
            kind = CONDITIONAL
        if rules.factor(one.first) == STRONGER or tokens.shouts:
            degree = min(1.0, degree + SAID_STRONGLY)
        if found is None or degree > found.degree:
            found = Threat(kind, round(degree, 2), tokens.starts[one.first], tokens.ends[one.last - 1])
    return found


def _overlap(one: Match, other: Match) -> bool:
    return one.first < other.last and other.first < one.last
