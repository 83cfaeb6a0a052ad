"""Write relationship/verbatims/words/polarity_fr.tsv from the two French polarity lexicons.

    python scripts/french_polarity.py FOLDER

FOLDER holds `vader_fr.csv.gz` (vaderSentiment_fr 1.3.4, MIT) and `pattern_fr.csv.gz` (textblob-fr 0.2.0, PDDL). A form
of both gets the mean; one that they judge differently is left out.
"""

import csv
import gzip
import sys
from collections import defaultdict
from pathlib import Path

from relationship.verbatims.tokens import folded

TARGET = Path(__file__).parent.parent / "relationship" / "verbatims" / "words" / "polarity_fr.tsv"
WEAKEST = 0.15
# Good or bad elsewhere, neither when customers say it: a price is no prize.
LEFT_OUT = frozenset({"prix"})


def main(folder: Path) -> None:
    values: dict[str, list[float]] = defaultdict(list)
    for name, column, most in (("vader_fr", "valence", 4.0), ("pattern_fr", "polarity", 1.0)):
        with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                form = folded(row["form"].strip())
                if form.isalpha() and len(form) > 2 and form not in LEFT_OUT:
                    values[form].append(max(-1.0, min(1.0, float(row[column]) / most)))
    lines = []
    for form, several in sorted(values.items()):
        if min(several) < 0 < max(several):
            continue
        mean = sum(several) / len(several)
        if abs(mean) >= WEAKEST:
            lines.append(f"{form}\t{mean:.2f}\n")
    TARGET.write_text("".join(lines), encoding="utf-8")
    sys.stdout.write(f"{len(lines)} forms\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
