"""The product's own score as a plug-in for the validity study: `health.py --scorer validity_scorer.py:score`.

It turns the study's activities into contact days and calls `exact_scores`, unrounded. One fixed choice
for all archives: expected frequency once a month, every weight 6, calendar days in UTC, the record
created and the read window opened on the day of the first activity.

What counts for which side:
  mail and text messages  the sender's side
  calls                   the caller's side only: the archives do not tell whether a call was answered
  meetings                both sides: they were held
  orders                  both sides: the customer buys and the shop delivers
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from relationship.health.contact_days import ContactDays
from relationship.health.rules import Frequency, HealthRules
from relationship.health.score import exact_scores
from relationship.health.sums import day_sums

DAY_SECONDS = 86_400
RULES = HealthRules(frequency=Frequency.MONTHLY)
KIND = {"to": "email", "cc": "email", "email": "email", "sms": "email", "call": "call", "meeting": "meeting",
        "order": "meeting"}  # fmt: skip
BOTH_SIDES = {"meeting", "order"}


def score(activities: Sequence[dict[str, Any]], now: float) -> float:
    """The exact health score at `now` of one relationship (activities oldest first); larger is healthier."""
    today = int(now // DAY_SECONDS)
    first = int(activities[0]["t"] // DAY_SECONDS)
    days = ContactDays.of_record(
        (
            KIND[act["kind"]],
            int(act["t"] // DAY_SECONDS),
            int(act["direction"] == "out" or act["kind"] in BOTH_SIDES),
            int(act["direction"] == "in" or act["kind"] in BOTH_SIDES),
        )
        for act in activities
    )
    sums = day_sums(days, records=1, until=today)
    found = exact_scores(sums, today=today, created=np.array([first]), window_began=first, rules=RULES)
    return float(found.exact[0])
