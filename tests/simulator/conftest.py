"""A running organisation for the tests of this folder."""

from collections.abc import Iterator

import pytest
from simulated import HttpsGraph, draft, mail, world

from simulator.server import Running, start


@pytest.fixture
def running() -> Iterator[Running]:
    """Fjord on a real socket: eleven mails to Ines, one answer, one draft, one mail among outsiders."""
    mails = [mail(f"m{number}", "tor", "ines", cc=("omar",), days_ago=20 - number) for number in range(11)]
    others = [mail("answer", "ines", "tor"), draft("draft", "ines", "tor"), mail("outside", "tor", "lina")]
    with start(world(*mails, *others)) as found:
        yield found


@pytest.fixture
def graph(running: Running) -> HttpsGraph:
    return HttpsGraph(running)
