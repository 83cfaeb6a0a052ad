"""How many verbatims are understood in a second of one core, beside vaderSentiment-fr and textblob-fr (polarity alone).

    python benchmarks/verbatims.py

The texts: the labelled experiences with public services, which are letters, cut into verbatims of a usual length
(two sentences), and whole. Seconds are those of the processor, so other work on the machine does not count.
"""

import time

from verbatim_data import feelings
from verbatim_venv import rivals

from relationship.verbatims import analyse
from relationship.verbatims.tokens import sentences

WANTED = 1_000
SENTENCES = 2


def main() -> None:
    letters = [one.text for one in feelings()]
    verbatims = [part for letter in letters for part in _parts(letter)]
    for name, texts in (("verbatims of two sentences", verbatims), ("whole letters", letters)):
        for text in texts:  # once for the words to be known, as in a service that runs
            analyse(text, "fr")
        begun = time.process_time()
        for text in texts:
            analyse(text, "fr")
        seconds = time.process_time() - begun
        length = sum(map(len, texts)) / len(texts)
        print(f"\n{len(texts)} {name}, {length:.0f} signs on average")
        print(f"  this product          {len(texts) / seconds:8.0f} a second")
        for rival, found in rivals(texts[:WANTED]).items():
            rate = min(len(texts), WANTED) / float(str(found["seconds"]))
            print(
                f"  {rival:20}  {rate:8.0f} a second   this product is {len(texts) / seconds / rate:.1f} times as fast"
            )


def _parts(letter: str) -> list[str]:
    found = sentences(letter)
    return [
        letter[found[place].start : found[min(place + SENTENCES, len(found)) - 1].end]
        for place in range(0, len(found), SENTENCES)
    ]


if __name__ == "__main__":
    main()
