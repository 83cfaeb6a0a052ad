"""What a sentence is about: themes of the catalogue, sensitivities, moments in the life of a customer."""

from collections.abc import Sequence

from relationship.verbatims.analysis import Span
from relationship.verbatims.catalogue import parents
from relationship.verbatims.degrees import evidence
from relationship.verbatims.feelings import STRONGER, WEAKER, Rules
from relationship.verbatims.patterns import Match, covered
from relationship.verbatims.subjects import Subjects
from relationship.verbatims.tokens import Tokens

# The head of a list under which patterns keep others that share a word with them from saying anything.
NONE = "none"
# Named at all, these matter: nobody tells without a reason that the people changed.
TELLING = frozenset({"team_turnover"})
_SORTS = ("theme", "sensitivity", "moment")


def topics(tokens: Tokens, matches: Sequence[Match], rules: Rules, *, is_felt: bool) -> list[Span]:
    """Words of a sentence by what they are about.

    is_felt  the sentence shows an emotion or a threat. Naming a price is no sensitivity: something must be felt or
             wished; patterns of strength 2 say it by themselves
    """
    about = [one for one in matches if one.meaning.sort in _SORTS]
    if not about:
        return []
    is_felt = is_felt or any(one.meaning.sort == "rule" and one.meaning.word == "wishes" for one in matches)
    silent = {
        sort: covered(one for one in about if one.meaning.sort == sort and one.meaning.word == NONE) for sort in _SORTS
    }
    subjects: Subjects | None = None
    found: dict[Span, None] = {}
    for one in about:
        sort, word = one.meaning.sort, one.meaning.word
        if word == NONE or not silent[sort].isdisjoint(range(one.first, one.last)):
            continue
        if sort == "moment":
            subjects = subjects or Subjects(tokens, matches)
            if rules.negates(one.first, one.last) or subjects.are_others(one.first, with_pronouns=False):
                continue
        if sort == "sensitivity" and not (is_felt or word in TELLING or one.meaning.strength > 1):
            continue
        found[Span(tokens.starts[one.first], tokens.ends[one.last - 1], sort, word)] = None
    return list(found)


def weights(
    tokens: Tokens, matches: Sequence[Match], rules: Rules, about: Sequence[Span], *, threatens: bool
) -> dict[str, float]:
    """What a sentence counts for each sensitivity it names (`degrees.evidence`); about: what `topics` found in it."""
    named = {(one.start, one.end, one.word) for one in about if one.sort == "sensitivity"}
    if not named:
        return {}
    is_outspoken = any(
        one.meaning.sort == "cue" and one.meaning.strength == 3 and not rules.negates(one.first, one.last)
        for one in matches
    )
    found: dict[str, float] = {}
    for one in matches:
        word = one.meaning.word
        place = (tokens.starts[one.first], tokens.ends[one.last - 1], word)
        if one.meaning.sort != "sensitivity" or place not in named:
            continue
        said = rules.said(one.first, one.last)
        counted = evidence(
            is_weakened=said == WEAKER,
            is_strengthened=said == STRONGER or rules.is_strong_within(one.first, one.last),
            is_outspoken=is_outspoken,
            is_shouted=tokens.shouts > 0,
            threatens=threatens,
        )
        found[word] = max(found.get(word, 0.0), counted)
    return found


def deepest(paths: Sequence[str]) -> tuple[str, ...]:
    """Themes without those that only stand above another, in order.

    >>> deepest(["service", "price", "service/support"])
    ('price', 'service/support')
    """
    above = {parent for path in paths for parent in parents(path)[:-1]}
    return tuple(path for path in dict.fromkeys(paths) if path not in above)
