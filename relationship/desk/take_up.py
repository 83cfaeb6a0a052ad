"""Take up at once what became known about accounts: their signals and scores, without waiting for the next round.

Twice is harmless. What cannot be done now (somebody else writes for too long) is left to the next round.
"""

from collections.abc import Sequence

import structlog

from relationship.desk.detect import detect_all, detect_some
from relationship.desk.score import score_all, score_some
from relationship.errors import RelationshipError
from relationship.house import House

log = structlog.get_logger()

# From so many accounts on all are looked at: that takes a few seconds.
MOST_ALONE = 200


def take_up(house: House, account_ids: Sequence[int]) -> None:
    """Detect and score these accounts."""
    if not account_ids:
        return
    try:
        if len(account_ids) > MOST_ALONE:
            detect_all(house)
            score_all(house)
        else:
            detect_some(house, account_ids)
            score_some(house, account_ids)
    except RelationshipError as error:
        log.warning("taken_up_later", accounts=len(account_ids), code=error.code)
