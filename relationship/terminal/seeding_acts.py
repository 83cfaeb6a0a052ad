"""What owners did about signals of the last months, so that the demonstration shows what followed."""

from datetime import datetime, time
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from relationship.clock import day_number, day_of
from relationship.house import House
from relationship.signals.recommendations import FOLLOWED_DAYS, recommended
from relationship.signals.scores import Score
from relationship.signals.standing import Deed, State
from relationship.store import rules
from relationship.store.customers import account_scores
from relationship.store.outbox import acting
from relationship.store.signals import callings, recommendation_acts
from relationship.store.signals.callings import Calling
from relationship.store.signals.recommendation_acts import NewAct

EARLIEST_DAYS, ACTED_AFTER_DAYS = 300, 3
AT = time(10, 30)
# Owners acted on two of three.
_LEFT_OUT = 3


def act_on_past_signals(house: House) -> int:
    """Say "done" about signals that are old enough for what followed to be known; the same ones every time."""
    today = day_number(house.clock(), house.config.zone)
    last = today - FOLLOWED_DAYS - ACTED_AFTER_DAYS
    with house.store.transaction() as conn:
        catalogue = rules.current(conn)[1].recommendations.entries()
        found = [one for one in callings.first_seen(conn, since=today - EARLIEST_DAYS, until=last) if one.owner_guid]
        owners = acting.owners(conn, {one.owner_guid for one in found})
        news = []
        for number, one in enumerate(found):
            fitting = recommended(one.trigger, catalogue)
            if fitting and number % _LEFT_OUT:
                news.append(_done(conn, house, one, fitting[0].key, by=owners.get(one.owner_guid, "")))
        return sum(recommendation_acts.add(conn, new) for new in news)


def _done(conn: Connection, house: House, one: Calling, recommendation: str, *, by: str) -> NewAct:
    day = one.since + ACTED_AFTER_DAYS
    health = None
    if one.account_id is not None:
        scores = account_scores.before(conn, day=day, account_ids=[one.account_id]).get(one.account_id, {})
        health = scores[Score.HEALTH].value if Score.HEALTH in scores else None
    return NewAct(
        key=str(uuid5(NAMESPACE_URL, f"{one.cause}/{recommendation}")),
        cause=one.cause,
        account_id=one.account_id,
        record_id=one.record_id,
        trigger=one.trigger,
        recommendation=recommendation,
        deed=Deed.DONE,
        state=State.MADE,
        at=datetime.combine(day_of(day), AT, house.config.zone),
        by=by,
        score_before=health,
    )
