"""What was told about an account is read back from the API by whoever may read the account."""

from typing import Any

import pytest
import sqlalchemy as sa
from web_builder import NOW, TODAY, Deal, guid
from web_site import Site

from relationship.clock import number_of
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, SATISFACTION, USAGE_DAY
from relationship.store.tables import table

BREVENT = guid("account", 0)
LARGE = Deal("Grande", account=0, owner=0, value=900_000.0, created_ago=500)
RECORD = table(Record)
DAY = number_of(TODAY)


@pytest.fixture
def told(small_site: Site) -> Site:
    """Use of two days, an event of a deal, an answer of somebody unknown."""
    small_site.fill([LARGE])
    with small_site.store.transaction() as conn:
        ids: dict[str, int] = dict(conn.execute(sa.select(RECORD.c.guid, RECORD.c.id)).all())
        account = {"account_id": ids[BREVENT]}
        days: list[dict[str, Any]] = [{**account, "day": DAY - ago, "logins": ago} for ago in (1, 400)]
        conn.execute(sa.insert(USAGE_DAY), days)
        event = {"key": "e", "day": DAY - 2, "kind": "budget", "direction": "down", "text": "Half", "source": "Press"}
        conn.execute(sa.insert(ACCOUNT_EVENT), [{**account, **event, "added_at": NOW, "record_id": ids[LARGE.guid]}])
        said = {"key": "s", "day": DAY - 3, "kind": "nps", "score": 9.0, "share": 90.0, "comment": "Good"}
        conn.execute(sa.insert(SATISFACTION), [{**account, **said, "added_at": NOW}])
    return small_site


def test_use_events_and_answers_of_a_span_are_read_back(told: Site) -> None:
    client = told.as_()
    use = client.get(f"/api/v1/accounts/{BREVENT}/usage").json
    assert [(one["logins"], one["seats"]) for one in use["days"]] == [(1, None)]
    longer = client.get(f"/api/v1/accounts/{BREVENT}/usage?since=2025-01-01").json
    assert [one["logins"] for one in longer["days"]] == [400, 1]
    event = client.get(f"/api/v1/accounts/{BREVENT}/events").json["items"][0]
    assert (event["kind"], event["direction"], event["text"], event["source"]) == ("budget", "down", "Half", "Press")
    assert event["opportunity"] == LARGE.guid
    said = client.get(f"/api/v1/accounts/{BREVENT}/satisfaction").json["items"][0]
    assert (said["score"], said["share"], said["contact"], said["comment"]) == (9.0, 90.0, None, "Good")


@pytest.mark.parametrize("what", ["usage", "events", "satisfaction"])
def test_nobody_reads_them_who_may_not_read_the_account(told: Site, what: str) -> None:
    assert told.as_("seller", 3).get(f"/api/v1/accounts/{BREVENT}/{what}").status_code == 404
    too_long = told.as_().get(f"/api/v1/accounts/{BREVENT}/{what}?since=2020-01-01")
    assert (too_long.status_code, too_long.json["code"]) == (422, "span_too_long")
