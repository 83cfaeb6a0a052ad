"""In production nothing is read with an application that may do more than it must."""

from contextlib import closing

import pytest
from sync_world import House, config_for

from relationship.config import Config
from relationship.errors import Reconnect
from relationship.store.database import Store
from relationship.sync.checks.permissions import NEEDED, REFUSED, refuse_too_wide, roles_of
from relationship.sync.readers.reconcile import reconcile_once
from simulator.server import Running

PERMISSIONS = tuple(one.name for one in NEEDED)


def production(running: Running) -> Config:
    """As in production, but for Microsoft's hosts."""
    return config_for(running).model_copy(update={"mode": "production"})


@pytest.mark.parametrize("role", ["Mail.Read", "Mail.ReadWrite", "Calendars.ReadWrite"])
def test_a32_no_cycle_begins_while_the_application_may_read_contents_or_write(
    role: str, running: Running, store: Store
):
    running.services.registration.roles = (*PERMISSIONS, role)
    with closing(House(production(running), store, running)) as house:
        empty = house.dump()
        with pytest.raises(Reconnect, match=role) as caught:
            house.sync()
        assert (caught.value.code, caught.value.exit_code) == ("permissions_too_wide", 77)
        assert "App registrations" in caught.value.next_step
        assert house.dump() == empty
        assert not [path for path in running.services.traffic.by_path if path.startswith(("users", "domains"))]

        running.services.registration.roles = PERMISSIONS
        assert house.sync().mailboxes_ok == 4


def test_a32_a_comparison_refuses_as_a_cycle_does(running: Running, store: Store):
    running.services.registration.roles = PERMISSIONS
    with closing(House(production(running), store, running)) as house:
        house.sync()
        running.services.registration.roles = (*PERMISSIONS, "Mail.Read")
        with pytest.raises(Reconnect, match=r"Mail\.Read"):
            reconcile_once(house)


def test_demonstrations_and_tests_are_not_judged(running: Running, house: House):
    running.services.registration.roles = (*PERMISSIONS, *REFUSED)
    assert house.sync().mailboxes_ok == 4


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c", "a.bnVsbA.c", "a.eyJyb2xlcyI6MX0.c"])
def test_a_token_that_says_nothing_of_roles_is_not_refused(token: str):
    assert roles_of(token) is None
    refuse_too_wide(token)
