"""Asking the CRM as one person, over the real protocol: what is asked, what refusals mean, when nothing counts."""

import time
from collections.abc import Iterator

import pytest
from sync_world import config_for, world

from relationship.activities import RecordKind, RecordRef
from relationship.errors import FixSettings, TryLater
from relationship.sync.rights import AsPerson, open_rights
from simulator import identity
from simulator.dataverse.rights import Depth
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start
from simulator.world import SignIn

DEAL = RecordRef(RecordKind.OPPORTUNITY, identity.opportunity("o1"))
ACCOUNT = RecordRef(RecordKind.ACCOUNT, identity.account("nordlys"))
MISSING = RecordRef(RecordKind.LEAD, identity.lead("nobody"))
EVERYTHING = frozenset({DEAL, ACCOUNT, MISSING})
INES, LINA = (identity.msgraph_user(name) for name in ("ines", "lina"))


@pytest.fixture
def running() -> Iterator[Running]:
    signed = (SignIn("ines", ("seller",)), SignIn("omar", ("sales_manager",)))
    with start(world([], sign_in=signed)) as found:
        yield found


@pytest.fixture
def person(running: Running) -> AsPerson:
    made = open_rights(config_for(running))
    assert made is not None
    return made


def test_one_request_tells_of_records_of_every_kind(person: AsPerson, running: Running) -> None:
    assert person.readable(INES, EVERYTHING) == {DEAL, ACCOUNT}
    before = person._quick.requests_sent
    person.readable(INES, EVERYTHING)
    assert person._quick.requests_sent == before + 1


def test_another_person_reads_something_else(person: AsPerson) -> None:
    assert person.readable(LINA, EVERYTHING) == {ACCOUNT}


def test_whole_sets_are_what_single_questions_say(person: AsPerson) -> None:
    for oid in (INES, LINA):
        for kind, ref in ((RecordKind.OPPORTUNITY, DEAL), (RecordKind.ACCOUNT, ACCOUNT)):
            found = {guid for page in person.all_readable(oid, kind) for guid in page}
            assert (ref.guid in found) is (ref in person.readable(oid, {ref}))


@pytest.mark.parametrize("oid", [identity.msgraph_user("stranger"), ""])
def test_whoever_is_no_user_of_the_crm_reads_nothing(person: AsPerson, oid: str) -> None:
    assert person.readable(oid or "x", EVERYTHING) == frozenset()
    assert list(person.all_readable(oid or "x", RecordKind.OPPORTUNITY)) == []


def test_a_table_without_privilege_gives_nothing_and_the_others_go_on(person: AsPerson, running: Running) -> None:
    running.services.crm.rights.set_depth(identity.system_user("ines"), "opportunity", Depth.NONE)
    assert person.readable(INES, EVERYTHING) == {ACCOUNT}
    assert [*person.all_readable(INES, RecordKind.OPPORTUNITY)] == []


def test_that_we_may_not_act_for_others_is_told_with_the_next_step(person: AsPerson, running: Running) -> None:
    running.services.crm.rights.acts_for_others = False
    for ask in (lambda: person.readable(INES, EVERYTHING), lambda: list(person.all_readable(INES, RecordKind.LEAD))):
        with pytest.raises(FixSettings) as told:
            ask()
        assert told.value.code == "impersonation_refused"
        assert "Delegate" in told.value.next_step


def test_where_the_header_is_ignored_nothing_counts(person: AsPerson, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else everything that the application reads would be everybody's."""
    monkeypatch.setattr("simulator.dataverse.api.impersonated", lambda _crm, call: call)
    with pytest.raises(FixSettings):
        person.readable(INES, EVERYTHING)
    with pytest.raises(FixSettings):
        list(person.all_readable(INES, RecordKind.OPPORTUNITY))


def test_a_page_asks_once_and_does_not_wait_out_what_microsoft_asks(person: AsPerson, running: Running) -> None:
    running.services.faults.add(Fault(FaultKind.THROTTLED, path=r"opportunities", retry_after="25"))
    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(TryLater):
            person.readable(INES, EVERYTHING)
    assert time.monotonic() - began < 20  # each of the two was asked to wait for 25
