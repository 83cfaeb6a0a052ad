"""`relationship crm …` at a terminal, against the simulated CRM."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sync_world import NOW

from relationship.cli import main
from simulator.server import Running

REACH = ("tenant_id", "client_id", "client_secret", "authority_url", "msgraph_url", "dataverse_url", "ca_file")

Run = Callable[..., Result]


@pytest.fixture
def crm(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    told = {name: str(getattr(running, name)) for name in REACH}
    told |= {"mode": "test", "database_url": f"sqlite:///{tmp_path}/r.db", "now": NOW.isoformat(), "crm_write": "on"}
    for name, value in told.items():
        monkeypatch.setenv(f"RELATIONSHIP_{name.upper()}", value)

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, ["crm", *words], input=typed)

    return run


def test_provisioning_says_what_it_made_and_what_exists(crm: Run):
    first, again = crm("provision"), crm("provision")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "made   opportunity.rel_healthscore" in first.stderr
    assert "exists opportunity.rel_healthscore" in again.stderr


def test_removing_asks_first(crm: Run, running: Running):
    crm("provision")
    assert crm("remove", typed="n\n").exit_code == 1
    assert running.services.crm.own.of("lead")
    assert crm("remove", typed="y\n").exit_code == 0
    assert not running.services.crm.own.of("lead")


def test_a_removal_that_something_stands_against_lists_it(crm: Run, running: Running):
    crm("provision")
    own = running.services.crm.own
    own.dependencies[own.of("account")["rel_healthtrend"].metadata_id] = [(26, "0f0e")]
    refused = crm("remove", "--yes")
    assert refused.exit_code == 1
    assert "account.rel_healthtrend is used by view 0f0e" in refused.stderr
    assert own.of("account")


def test_writing_before_the_first_rating_has_nothing_to_tell(crm: Run):
    done = crm("write")
    assert done.exit_code == 0
    assert "0 of 0 records" in done.stderr
