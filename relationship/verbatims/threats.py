"""Whether a customer says that they leave.

Words of decision and words of doubt are told apart; a denial ("je ne compte pas résilier"), the same words about
somebody else ("nous avons quitté un concurrent pour vous") or by somebody else ("votre concurrent va résilier") are
none; a condition in the sentence makes a decision a conditional threat. Staying threatens where it is denied ("nous ne
resterons pas chez vous") or has its price ("a discount to stay with you"). The polarity of words plays no part:
threats are mostly said politely.
"""

from collections.abc import Sequence

from relationship.verbatims.analysis import Threat
from relationship.verbatims.degrees import threat_level
from relationship.verbatims.feelings import STRONGER, Rules
from relationship.verbatims.patterns import Match, covered, longest
from relationship.verbatims.subjects import Subjects
from relationship.verbatims.tokens import Tokens

CONSIDERING, CONDITIONAL, DECIDED = "considering", "conditional", "decided"
KINDS = (CONSIDERING, CONDITIONAL, DECIDED)
DEGREE = {DECIDED: 0.9, CONDITIONAL: 0.75, CONSIDERING: 0.5}
# A doubt that hangs on a condition weighs a little more than a doubt, much less than a decision that does.
CONDITIONAL_DOUBT = 0.6
SAID_STRONGLY = 0.08
# "Je vous quitte" is a decision unless the sentence tells of the next meeting; staying is one only as said above.
PARTING, STAYING = "parting", "staying"
# "Nous irons chez Dupont" leaves, "jeudi nous irons chez Dupont pour l'installation" visits; "nous partons" alone
# leaves where it answers what the sentence asks of us: "si vous ne baissez pas vos prix, nous partons".
GOING, BARE = "going", "bare"
# Behind every word.
LATER = 1_000_000
_LEAVING = (*DEGREE, PARTING, STAYING, GOING)


def threat(tokens: Tokens, matches: Sequence[Match], rules: Rules) -> Threat | None:
    """The gravest threat of a sentence, the first of equal ones; None without. rules: made of the matches."""
    said = [one for one in matches if one.meaning.sort == "threat"]
    if not any(one.meaning.word in (*_LEAVING, BARE) for one in said):
        return None
    by_head: dict[str, list[Match]] = {}
    for one in said:
        by_head.setdefault(one.meaning.word, []).append(one)
    sentence = _Sentence(tokens.words, by_head, rules, Subjects(tokens, matches))
    found: Threat | None = None
    for one in (*longest(one for head in _LEAVING for one in by_head.get(head, ())), *by_head.get(BARE, ())):
        kind, degree = sentence.kind(one)
        if not kind:
            continue
        is_strong = sentence.rules.factor(one.first) == STRONGER or tokens.shouts > 0
        if is_strong:
            degree = min(1.0, degree + SAID_STRONGLY)
        if found is None or degree > found.degree:
            level = threat_level(kind, is_strong=is_strong, sentences=1)
            found = Threat(kind, round(degree, 2), tokens.starts[one.first], tokens.ends[one.last - 1], level)
    return found


class _Sentence:
    """What stands around the words of a threat."""

    def __init__(self, words: Sequence[str], by_head: dict[str, list[Match]], rules: Rules, subjects: Subjects) -> None:
        self.rules = rules
        self._words = words
        self._subjects = subjects
        self._harmless = covered(by_head.get("none", ()))
        conditions = [one.first for one in by_head.get("conditions", ())]
        self._first_condition, self._last_condition = min(conditions, default=LATER), max(conditions, default=-1)
        self._is_busy = "busy" in by_head
        self._doubts = "doubts" in by_head
        self._visits, self._is_addressed = "visiting" in by_head, "addressed" in by_head
        self._needs = any(not rules.negates(one.first, one.last) for one in by_head.get("needs", ()))

    def kind(self, one: Match) -> tuple[str, float]:
        """Which threat these words are, and its degree; '' for none."""
        if not self._harmless.isdisjoint(range(one.first, one.last)) or self._subjects.are_others(one.first):
            return "", 0.0
        kind = one.meaning.word
        is_denied = self.rules.negates(one.first, one.last)
        hangs = self._first_condition < one.first or self._last_condition >= one.last
        if kind == STAYING:
            if is_denied:
                kind = CONSIDERING if self._doubts else DECIDED
            elif self._needs:
                return CONDITIONAL, CONDITIONAL_DOUBT
            else:
                return "", 0.0
        elif is_denied or self._is_harmless(one, hangs=hangs):
            return "", 0.0
        elif kind in (PARTING, GOING, BARE):
            kind = DECIDED
        if not hangs or kind == CONDITIONAL:
            return kind, DEGREE[kind]
        return CONDITIONAL, DEGREE[CONDITIONAL] if kind == DECIDED else CONDITIONAL_DOUBT

    def _is_harmless(self, one: Match, *, hangs: bool) -> bool:
        """Whether words that leave in one sentence only part, visit or go in this one."""
        kind = one.meaning.word
        if kind == BARE:
            ends_a_clause = one.last == len(self._words) or not self._words[one.last]
            return not (hangs and self._is_addressed and ends_a_clause)
        return (kind == PARTING and self._is_busy) or (kind == GOING and self._visits and not hangs)
