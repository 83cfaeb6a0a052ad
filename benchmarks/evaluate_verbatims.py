"""How well verbatims are understood: precision, recall and F1 per class, beside two lexicons and the largest class.

make evaluate-verbatims            the held-out part; python benchmarks/evaluate_verbatims.py --train for the other
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from verbatim_data import XED, Labelled, emotions, feelings
from verbatim_examples import EXAMPLES
from verbatim_model import films, gain
from verbatim_venv import rivals

from relationship.verbatims import analyse

# Where negative ends and positive begins: every lexicon gets what fits the train part best.
LIMITS = [step / 20 for step in range(20)]
NAMES = ("negative", "neutral", "positive")
# An emotion is said to be in a line from this amount on.
AMOUNT = 0.2


def main(*, held_out: bool) -> None:
    known = feelings()
    texts = [one.text for one in known]
    scores = {"this product, polarity alone": [analyse(text, "fr").polarity for text in texts]}
    for name, found in rivals(texts).items():
        scores[name] = list(found["scores"])  # type: ignore[call-overload]  # JSON of the rival process
    print(f"\nFeelings of {len(known)} experiences with public services, {'held-out' if held_out else 'train'} part")
    for name, values in scores.items():
        _show_feelings(name, known, values, held_out)
    measured = [one for one in known if one.is_held_out == held_out]
    largest = Counter(next(iter(one.labels)) for one in known if not one.is_held_out).most_common(1)[0][0]
    said = [{analyse(one.text, "fr").feeling} for one in measured]
    _table("this product, as it is shown on screen (feeling.py)", NAMES, [one.labels for one in measured], said)
    _table("largest class", NAMES, [one.labels for one in measured], [{largest}] * len(measured))

    _show_gain(known)

    all_lines = emotions()
    lines = [one for one in all_lines if one.is_held_out == held_out]
    print(f"\nEmotions of {len(lines)} lines of films, {'held-out' if held_out else 'train'} part")
    said = [
        {str(emotion) for emotion, amount in analyse(one.text, "fr").amounts.items() if amount >= AMOUNT}
        for one in lines
    ]
    classes = list(XED.values())
    _table("this product", classes, [one.labels for one in lines], said)
    _table("largest class", classes, [one.labels for one in lines], [{"anger"}] * len(lines))
    score, right = films(all_lines, classes, EXAMPLES)
    ours = sum(analyse(text, "fr").emotion == emotion for text, emotion in EXAMPLES)
    print(f"\n  a linear model over the words of film lines, held-out part: macro F1 {score:.3f}")
    print(f"  sentences of customers it names rightly: {right} of {len(EXAMPLES)}; this product: {ours}")


def _show_gain(known: Sequence[Labelled]) -> None:
    print("\n  a linear model over the words added to the lists, macro F1 cross-validated | held out")
    for name, offices in (("with all words", True), ("without offices and months", False)):
        found = gain(known, offices=offices)
        print(f"    lists alone {found.alone[0]:.3f} | {found.alone[1]:.3f}")
        low, high = found.between
        print(f"    {name} ({found.words} weights) {found.added[0]:.3f} | {found.added[1]:.3f}", end="")
        print(f"   difference held out: {low:+.3f} to {high:+.3f} in 95 of 100 samples")


def _show_feelings(name: str, known: Sequence[Labelled], values: Sequence[float], held_out: bool) -> None:
    def f1(low: float, high: float) -> float:
        train = [(one, value) for one, value in zip(known, values, strict=True) if not one.is_held_out]
        return _macro(NAMES, [one.labels for one, _ in train], [{_feeling(value, low, high)} for _, value in train])

    limits = [sign * limit for limit in LIMITS for sign in (1, -1)]
    low, high = max(((low, high) for low in limits for high in limits if low <= high), key=lambda pair: f1(*pair))
    measured = [(one, value) for one, value in zip(known, values, strict=True) if one.is_held_out == held_out]
    _table(
        f"{name} (negative below {low}, positive above {high})",
        NAMES,
        [one.labels for one, _ in measured],
        [{_feeling(value, low, high)} for _, value in measured],
    )


def _feeling(value: float, low: float, high: float) -> str:
    return "negative" if value < low else "positive" if value > high else "neutral"


def _table(name: str, classes: Iterable[str], truth: Sequence[frozenset[str]], said: Sequence[set[str]]) -> None:
    print(f"\n  {name}\n    {'class':10} {'precision':>9} {'recall':>7} {'F1':>6} {'lines':>6}")
    for one in classes:
        precision, recall, f1, lines = _figures(one, truth, said)
        print(f"    {one:10} {precision:9.2f} {recall:7.2f} {f1:6.2f} {lines:6}")
    print(f"    {'macro F1':10} {_macro(classes, truth, said):24.3f}")


def _figures(one: str, truth: Sequence[frozenset[str]], said: Sequence[set[str]]) -> tuple[float, float, float, int]:
    both = sum(one in labels and one in found for labels, found in zip(truth, said, strict=True))
    claimed, there = sum(one in found for found in said), sum(one in labels for labels in truth)
    precision, recall = both / claimed if claimed else 0.0, both / there if there else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0, there


def _macro(classes: Iterable[str], truth: Sequence[frozenset[str]], said: Sequence[set[str]]) -> float:
    values = [_figures(one, truth, said)[2] for one in classes]
    return sum(values) / len(values)


if __name__ == "__main__":
    main(held_out="--train" not in sys.argv)
