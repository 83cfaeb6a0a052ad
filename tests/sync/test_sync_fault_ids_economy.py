"""What a reading costs in requests: nothing too much when all is well, little when much fails, silence when asked."""

from random import Random

import pytest
from sync_world import House, Undisturbed

from simulator.fault_plans.orders import Order
from simulator.faults import Fault, FaultKind
from simulator.server import Running

MOST_AT_ONCE = 4
# Of what was sent to what an undisturbed reading sends: without faults, and with one failure in five.
CALM, BROKEN = 1.02, 1.25
ANY = ""


def sent(running: Running) -> int:
    """Everything that the organisation was sent since the last count: were a batch sent, its envelope and each of
    its members would count, for the limits of Microsoft count members and a line carries envelopes."""
    count = sum(running.services.traffic.by_path.values())
    running.services.traffic.clear()
    return count


def test_a_reading_without_faults_sends_what_is_needed(house: House, running: Running, undisturbed: Undisturbed):
    undisturbed()
    needed = sent(running)
    house.sync()
    assert set(running.services.traffic.by_status) <= {200, 404}  # not every mailbox has every well-known folder
    assert sent(running) <= CALM * needed


@pytest.mark.parametrize("seed", range(2))
def test_one_failure_in_five_costs_a_quarter_more_at_most(
    seed: int, house: House, running: Running, undisturbed: Undisturbed
):
    """One request of each five, drawn by lot among all of both services, is answered 503 or 504 without a body."""
    truth = undisturbed()
    needed, dice = sent(running), Random(seed)
    failures = needed // 4
    for block in range(failures):
        place, status = 5 * block + dice.randint(1, 5), dice.choice((503, 504))
        running.services.faults.add(Fault(FaultKind.UNAVAILABLE, path=ANY, first=place, status=status))
    assert house.sync().troubles == ()
    refused = running.services.traffic.by_status[503] + running.services.traffic.by_status[504]
    assert failures - 1 <= refused <= failures  # the last may lie beyond the last request
    assert sent(running) <= BROKEN * needed
    assert house.dump() == truth


def test_nothing_is_sent_within_a_silence_and_never_more_than_four_at_once(
    house: House, running: Running, undisturbed: Undisturbed
):
    """Silence asked for in pages, in batches, by the directory; every request lasts long enough to overlap."""
    running.services.order(
        Order("F27", seconds=0.005), Order("F15", request=3, times=2, options={"retry_after": "0.4"}),
        Order("F15", path="calendarView", options={"retry_after": "0.3"}),
        Order("F15", path="mailFolders/[^/]+$", request=6, times=3, options={"retry_after": "0.35"}),
        Order("F15", path="^users/delta$", options={"retry_after": "0.2"}),
    )  # fmt: skip
    assert house.sync().troubles == ()
    traffic = running.services.traffic
    assert traffic.by_status[429] >= 7
    assert traffic.too_early == 0
    assert 1 <= max(count for mailbox, count in traffic.most_at_once.items() if mailbox) <= MOST_AT_ONCE
    assert house.dump() == undisturbed()
