"""F53 among the CRM's activities and in a comparison: ended at every named place, then run again: the same bytes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from crm_sync_world import acts, filed_world
from sync_world import NOW, House, Undisturbed

from relationship import failpoints
from relationship.activities import Kind
from relationship.sync.fail_points import RECONCILE_FAIL_POINTS, SYNC_FAIL_POINTS
from relationship.sync.readers.reconcile import reconcile_once
from simulator import identity
from simulator.server import Running, start

ACTIVITY_PLACES = [name for name in SYNC_FAIL_POINTS if name.startswith("activity.")]


class KilledError(BaseException):
    """Stands for the end of the process: nothing catches it, the transaction under way is lost."""


@pytest.fixture
def running() -> Iterator[Running]:
    with start(filed_world()) as found:
        yield found


@pytest.fixture
def kill(monkeypatch):
    """`kill(name, nth)` ends whatever runs at the n-th passage of a place; `kill(None)` lets it run on."""

    def arm(name: str | None, nth: int = 1) -> None:
        passed = 0

        def passage(place: str) -> None:
            nonlocal passed
            passed += place == name
            if place == name and passed == nth:
                raise KilledError(place)

        monkeypatch.setattr(failpoints, "passage", passage)

    return arm


@pytest.mark.parametrize("place", ACTIVITY_PLACES)
def test_f53_killed_at_every_place_of_the_activities(place, house: House, kill, running, undisturbed: Undisturbed):
    for nth in (1, 3):
        kill(place, nth)
        with pytest.raises(KilledError):
            house.sync()
    kill(None)
    assert house.sync().troubles == ()
    acts(running).complete(identity.activity("to-call"), at=NOW - timedelta(days=1), minutes=7)
    acts(running).delete(identity.activity("did"))
    running.services.crm.expire_tokens()
    kill(place)
    try:
        house.sync()
    except KilledError:
        assert place != "activity.places_reset"
    kill(None)
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("place", RECONCILE_FAIL_POINTS)
def test_f53_killed_while_it_compares(place, house, kill, running, undisturbed):
    house.sync()
    parties = {1: ["ines@fjord.example"], 2: ["eva@nordlys.example"]}
    acts(running).change_parties(identity.activity("made"), parties, touch=False)
    acts(running).delete(identity.activity("did"))
    acts(running).create(Kind.TASK, sender="ines@fjord.example", regarding=None)
    kill(place)
    with pytest.raises(KilledError):
        reconcile_once(house, microsoft=house.microsoft)
    kill(None)
    reconcile_once(house, microsoft=house.microsoft)
    house.sync()
    assert house.dump() == undisturbed()
