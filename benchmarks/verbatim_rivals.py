"""Polarity and time of vaderSentiment-fr and textblob-fr; runs in a venv of its own (`verbatim_venv.py`).

Standard input: a JSON list of texts; standard output: JSON {name: {"scores": […], "seconds": s}}.
"""

import json
import sys
import time


def main() -> None:
    texts = json.load(sys.stdin)
    found = {}
    for name, scorer in (("vaderSentiment-fr", _vader_fr), ("textblob-fr", _textblob_fr)):
        score = scorer()
        score("Bonjour, tout va bien.")
        begun = time.process_time()
        scores = [score(text) for text in texts]
        found[name] = {"scores": scores, "seconds": time.process_time() - begun}
    json.dump(found, sys.stdout)


def _vader_fr():
    from vaderSentiment_fr.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda text: analyzer.polarity_scores(text)["compound"]


def _textblob_fr():
    from textblob import Blobber
    from textblob_fr import PatternAnalyzer, PatternTagger

    blobber = Blobber(pos_tagger=PatternTagger(), analyzer=PatternAnalyzer())
    return lambda text: blobber(text).sentiment[0]


if __name__ == "__main__":
    main()
