"""How many verbatims are understood in a second of one core, beside vaderSentiment-fr and textblob-fr (polarity alone).

    python benchmarks/verbatims.py

The texts: the labelled experiences with public services, which are letters, cut into verbatims of a usual length
(two sentences), and whole. Every text is read for the first time, in a process of its own that has read its lists and
nothing else; the rivals the same. Seconds are those of the processor, so other work on the machine does not count.
"""

import json
import subprocess
import sys
import time

from verbatim_data import feelings
from verbatim_venv import rivals

from relationship.verbatims import analyse
from relationship.verbatims.tokens import sentences

SENTENCES = 2


def main() -> None:
    letters = [one.text for one in feelings()]
    verbatims = [part for letter in letters for part in _parts(letter)]
    for name, texts in (("verbatims of two sentences", verbatims), ("whole letters", letters)):
        done = subprocess.run(
            [sys.executable, __file__, "--read"], input=json.dumps(texts), capture_output=True, text=True, check=True
        )
        rate = len(texts) / float(done.stdout)
        length = sum(map(len, texts)) / len(texts)
        print(f"\n{len(texts)} {name}, {length:.0f} signs on average, each read once")
        print(f"  this product          {rate:8.0f} a second")
        for rival, found in rivals(texts).items():
            theirs = len(texts) / float(str(found["seconds"]))
            print(f"  {rival:20}  {theirs:8.0f} a second   this product is {rate / theirs:.2f} times as fast")


def read() -> None:
    """Seconds for the texts of the standard input, each once; the lists are read before."""
    texts = json.load(sys.stdin)
    analyse("Bonjour, tout va bien.", "fr")
    begun = time.process_time()
    for text in texts:
        analyse(text, "fr")
    print(time.process_time() - begun)


def _parts(letter: str) -> list[str]:
    found = sentences(letter)
    return [
        letter[found[place].start : found[min(place + SENTENCES, len(found)) - 1].end]
        for place in range(0, len(found), SENTENCES)
    ]


if __name__ == "__main__":
    read() if "--read" in sys.argv else main()
