"""B22: a write that carries a key is done once, whatever is lost on the way back."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from api_caller import Caller, told
from web_site import Site

from relationship.store import rules as stored
from relationship.store.rights.answer_tables import KEPT_ANSWER

KEY = {"Idempotency-Key": "8f2c-1"}


def section(caller: Caller, frequency: int) -> dict[str, object]:
    return {**caller.get("/settings").json["health"], "frequency": frequency}


def version(site: Site) -> int:
    with site.store.reading() as conn:
        return stored.current(conn)[0]


def test_b22_the_same_key_and_body_is_answered_alike_and_done_once(site: Site) -> None:
    caller = Caller(site)
    wish = section(caller, 5)
    first = caller.put("/settings/health", wish, version=0, **KEY)
    again = caller.put("/settings/health", wish, version=0, **KEY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json, again.headers["ETag"]) == (first.json, first.headers["ETag"])
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert version(site) == 1


def test_b22_the_same_key_with_another_body_or_address_is_a_conflict(site: Site) -> None:
    caller = Caller(site)
    caller.put("/settings/health", section(caller, 5), version=0, **KEY)
    other = caller.put("/settings/health", section(caller, 2), version=1, **KEY)
    assert told(other) == (409, "repeat_differs", "Idempotency-Key")
    elsewhere = caller.post("/settings/preview", section(caller, 5), **KEY)
    assert told(elsewhere)[:2] == (409, "repeat_differs")
    assert version(site) == 1


def test_b22_a_key_belongs_to_its_caller(small_site: Site) -> None:
    first, other = Caller(small_site), Caller(small_site)
    first.put("/settings/health", section(first, 5), version=0, **KEY)
    with small_site.store.transaction() as conn:
        conn.execute(sa.update(KEPT_ANSWER).values(caller="somebody-else"))
    assert other.put("/settings/health", section(other, 2), version=1, **KEY).status_code == 200


def test_b22_after_a_refusal_the_key_is_free(small_site: Site) -> None:
    caller = Caller(small_site)
    assert caller.put("/settings/health", {**section(caller, 5), "frequency": 9}, version=0, **KEY).status_code == 422
    assert caller.put("/settings/health", section(caller, 5), version=0, **KEY).status_code == 200


def test_b22_while_the_first_is_being_done_a_repeat_waits(small_site: Site) -> None:
    caller = Caller(small_site)
    wish = section(caller, 5)
    caller.put("/settings/health", wish, version=0, **KEY)
    with small_site.store.transaction() as conn:
        conn.execute(sa.update(KEPT_ANSWER).values(status=0))
    waits = caller.put("/settings/health", wish, version=0, **KEY)
    assert told(waits)[:2] == (409, "repeat_under_way")
    assert "Retry-After" in waits.headers


def test_b22_a_day_later_the_key_means_nothing_any_more(small_site: Site) -> None:
    caller = Caller(small_site)
    caller.put("/settings/health", section(caller, 5), version=0, **KEY)
    with small_site.store.transaction() as conn:
        conn.execute(sa.update(KEPT_ANSWER).values(kept_at=datetime.now(UTC) - timedelta(hours=25)))
    assert caller.put("/settings/health", section(caller, 2), version=1, **KEY).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_b22_a_key_of_another_form_is_refused(small_site: Site, key: str) -> None:
    caller = Caller(small_site)
    answer = caller.put("/settings/health", section(caller, 5), version=0, **{"Idempotency-Key": key})
    assert told(answer) == (400, "repeat_key", "Idempotency-Key")
    assert version(small_site) == 0


def test_b22_reading_needs_no_key(small_site: Site) -> None:
    assert Caller(small_site).get("/settings", **KEY).status_code == 200
    with small_site.store.reading() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(KEPT_ANSWER)) == 0
