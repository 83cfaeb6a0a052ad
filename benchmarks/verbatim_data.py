"""The two labelled sets of French texts, and how each is parted into what may be looked at and what is measured."""

import csv
import gzip
import os
import sys
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

SHARED = Path(os.environ.get("RELATIONSHIP_SHARED", Path(__file__).parents[2] / "shared"))
# Labels of XED that are emotions of ours; "anticipation" and "confiance" are not.
XED = {
    "joie": "joy", "surprise": "surprise", "peur": "fear", "colere": "anger", "tristesse": "sadness",
    "degout": "disgust",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """labels: one for feelings, several for emotions;  is_held_out: measured, never looked at."""

    text: str
    labels: frozenset[str]
    is_held_out: bool


def feelings() -> list[Labelled]:
    """Experiences with public services, with the writer's own mark; title and text."""
    names = {"Positif": "positive", "Neutre": "neutral", "Négatif": "negative"}
    return [
        Labelled(f"{row['title']}. {row['text']}", frozenset({names[row["feeling"]]}), _part(row["id"]) >= 60)
        for row in _rows("french_verbatims_spplus/verbatims.csv.gz")
    ]


def emotions() -> list[Labelled]:
    """Lines of films."""
    return [
        Labelled(
            row["text"],
            frozenset(XED[one] for one in row["emotions"].split("|") if one in XED),
            _part(row["text"]) >= 70,
        )
        for row in _rows("french_emotions_xed/subtitles.csv.gz")
    ]


def _part(key: str) -> int:
    return int(sha1(key.encode(), usedforsecurity=False).hexdigest(), 16) % 100


def _rows(name: str) -> list[dict[str, str]]:
    path = SHARED / "data" / name
    if not path.exists():
        sys.exit(f"{path} is not there; set RELATIONSHIP_SHARED to the folder that holds data/.")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
