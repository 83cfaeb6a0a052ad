"""The product's own introduction paths as a plug-in for the validity study: `intro.py --scorer …:introducer`.

The study describes the two ties of one candidate, asker–candidate and candidate–target, by decayed counts of
messages. They are split into the two directions, turned into closenesses by the product's `closeness`, put into a
network of these three people, and the value of the path that `introductions` finds is the score. What the study
does not tell is not used: how many people were on each message, and which messages fell on the same day.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from relationship.graph.introductions import introductions
from relationship.graph.network import Network
from relationship.graph.ties import EPOCH, closeness

ASKER, CANDIDATE, TARGET = 1, 2, 3


def introducer(mine: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """The value of the path asker → candidate → target; larger is the better introducer, 0 when there is none."""
    network = Network.of(
        np.array([ASKER, CANDIDATE, TARGET]),
        np.array([True, True, False]),
        a=np.array([ASKER, CANDIDATE]),
        b=np.array([CANDIDATE, TARGET]),
        closeness=np.array([tie_closeness(mine), tie_closeness(theirs)]),
    )
    paths = introductions(network, ASKER, [TARGET]).paths
    return paths[0].value if paths else 0.0


def tie_closeness(tie: Mapping[str, float]) -> float:
    """The closeness of a tie told as messages (`n`, `out`, `in`) and their decayed count (`hl90`).

    The decayed count is split by direction in proportion to the messages; sums as of EPOCH need no ageing.
    """
    decayed = tie["hl90"] / tie["n"]
    return float(closeness(decayed * tie["out"], decayed * tie["in"], today=EPOCH))
