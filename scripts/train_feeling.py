"""Fit relationship/verbatims/words/feeling.json on the part of the labelled French experiences that is not held out.

python scripts/train_feeling.py          wants scikit-learn; prints how it does on the held-out part
"""

import json
import sys
from pathlib import Path

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from verbatim_data import Labelled, feelings  # noqa: E402

from relationship.verbatims import analyse  # noqa: E402
from relationship.verbatims.feeling import FEELINGS, figures  # noqa: E402

TARGET = ROOT / "relationship" / "verbatims" / "words" / "feeling.json"


def main() -> None:
    known = feelings()
    train, held_out = ([one for one in known if one.is_held_out is part] for part in (False, True))
    model = LogisticRegression(C=0.3, max_iter=2000, class_weight="balanced")
    model.fit([_figures(one) for one in train], [_label(one) for one in train])
    said = model.predict([_figures(one) for one in held_out])
    sys.stdout.write(f"macro F1 {f1_score([_label(one) for one in held_out], said, average='macro'):.3f}\n")
    order = [list(model.classes_).index(one) for one in FEELINGS]
    numbers = {
        "classes": FEELINGS,
        "starts": [round(float(model.intercept_[place]), 4) for place in order],
        "weights": [[round(float(one), 4) for one in model.coef_[place]] for place in order],
    }
    TARGET.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


def _figures(one: Labelled) -> list[float]:
    found = analyse(one.text, "fr")
    return figures(found.polarity, found.amounts, found.sentences)


def _label(one: Labelled) -> str:
    return next(iter(one.labels))


if __name__ == "__main__":
    main()
