"""What never leaves: secrets, addresses and subjects in logs and errors (I12); content in requests (I10)."""

import logging

import pytest
import requests
import structlog
from sync_world import COLLEAGUES, OUTSIDERS, House, config_for

from relationship.errors import Reconnect
from relationship.sync.run import sync_once
from simulator.faults import HARMLESS, Fault, FaultKind
from simulator.mailbox import MailboxState
from simulator.server import Running

PEOPLE = [address for address, *_ in (*COLLEAGUES.values(), *OUTSIDERS.values())]


def test_neither_secret_nor_address_nor_subject_reaches_a_log(house: House, running: Running, caplog, capfd):
    caplog.set_level(logging.INFO)
    for number, kind in enumerate((*HARMLESS, FaultKind.UNAUTHORISED, FaultKind.LOOP), start=2):
        running.services.faults.add(Fault(kind, path="delta$", first=3 * number))
    running.services.faults.add(Fault(FaultKind.THROTTLED, path="delta$", first=60, retry_after="600"))
    running.organisation.set_mailbox("omar", MailboxState.FORBIDDEN)
    with structlog.testing.capture_logs() as events:
        report = house.sync()
        with pytest.raises(Reconnect) as caught:
            sync_once(House(config_for(running, client_secret="hush-hush"), house.store, running))

    assert len(events) > 5
    out, err = capfd.readouterr()
    said = "\n".join(
        [*map(repr, events), caplog.text, out, err, repr(report), str(caught.value), caught.value.next_step]
    )
    secrets = [running.client_secret, "hush-hush", "Bearer", "eyJ", "deltatoken", "skiptoken"]
    for word in (*PEOPLE, "Offer 118", "@", *secrets):
        assert word not in said, word


def test_wrong_credentials_stop_everything_at_once_and_write_nothing(house, running):
    house.config = config_for(running, client_secret="wrong")
    with pytest.raises(Reconnect) as caught:
        house.sync()
    assert (caught.value.code, caught.value.exit_code) == ("wrong_secret", 77)
    assert running.services.traffic.summary()["requests"] == 0
    assert {line.partition(",")[0] for line in house.dump().splitlines()} <= {'["organisation"', '["rules"'}


def test_a_secret_that_expires_between_two_runs_stops_the_second(house, running):
    house.sync()
    before = house.dump()
    house.close()
    house.microsoft = None
    running.services.registration.expire_secret()
    with pytest.raises(Reconnect) as caught:
        house.sync()
    assert caught.value.code == "expired_secret"
    assert house.dump() == before


def test_the_token_reaches_no_host_but_the_configured_ones(house, running, monkeypatch):
    hosts = set()
    send = requests.Session.send

    def watched(self, request, **options):
        if "Authorization" in request.headers:
            hosts.add(request.url.split("/")[2])
        return send(self, request, **options)

    monkeypatch.setattr("requests.Session.send", watched)
    house.sync()
    assert hosts == {running.msgraph_url.split("/")[2], running.dataverse_url.split("/")[2]}
