"""What a sentence is about: themes of the catalogue, sensitivities, moments in the life of a customer."""

from collections.abc import Sequence

from relationship.verbatims.analysis import Span
from relationship.verbatims.catalogue import parents
from relationship.verbatims.feelings import Rules
from relationship.verbatims.patterns import Match
from relationship.verbatims.tokens import Tokens

# Naming a price is no sensitivity: something must be felt or wished in the sentence. These say it by themselves.
TELLING = frozenset({"team_turnover"})


def topics(tokens: Tokens, matches: Sequence[Match], *, is_felt: bool) -> list[Span]:
    """Words of a sentence by what they are about. is_felt: the sentence shows an emotion or a threat."""
    is_felt = is_felt or any(one.meaning.sort == "rule" and one.meaning.word == "wishes" for one in matches)
    rules: Rules | None = None
    found: dict[Span, None] = {}
    for one in matches:
        sort, word = one.meaning.sort, one.meaning.word
        if sort == "moment":
            rules = rules or Rules(tokens.words, matches)
            if rules.negates(one.first, one.last):
                continue
        elif sort == "sensitivity":
            if not is_felt and word not in TELLING:
                continue
        elif sort != "theme":
            continue
        found[Span(tokens.starts[one.first], tokens.ends[one.last - 1], sort, word)] = None
    return list(found)


def deepest(paths: Sequence[str]) -> tuple[str, ...]:
    """Themes without those that only stand above another, in order.

    >>> deepest(["service", "price", "service/support"])
    ('price', 'service/support')
    """
    above = {parent for path in paths for parent in parents(path)[:-1]}
    return tuple(path for path in dict.fromkeys(paths) if path not in above)
