"""Subscriptions against the simulated organisation: they live, and what they tell arrives as hints."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sync_world import COLLEAGUES, House, config_for
from waiting import until
from werkzeug.serving import make_server

from relationship.desk.hints import follow
from relationship.errors import FixSettings, TryLater
from relationship.house import House as WholeHouse
from relationship.store.database import Store
from relationship.store.sources import subscriptions
from relationship.store.sources.subscriptions import SubscriptionRow
from relationship.sync.subscriptions import LIFE, Act, Kept, end_all, keep, notification_url, plan
from relationship.sync.wire.connection import connect
from relationship.terminal.subscribing import keep_subscribed, subscribe_round
from simulator.mailbox import MailboxState
from simulator.organisation import Organisation
from simulator.server import Running
from simulator.subscriptions import Delivery
from web.app import create_app

# Mail and calendar of each.
RESOURCES = 2 * len(COLLEAGUES)


class Listener:
    """A house that is subscribed and reachable, as `relationship serve` and `schedule` make one."""

    def __init__(self, house: House, url: str) -> None:
        self.house, self.url = house, url
        self.microsoft = connect(house.config)

    def keep(self, **options: datetime) -> Kept:
        return keep(self.house.store, self.microsoft.msgraph, url=self.url, **options)

    def end_all(self) -> int:
        return end_all(self.house.store, self.microsoft.msgraph, url=self.url)

    def rows(self) -> dict[str, SubscriptionRow]:
        with self.house.store.reading() as conn:
            return {row.resource: row for row in subscriptions.all_subscriptions(conn)}

    def hints(self) -> set[str]:
        with self.house.store.reading() as conn:
            return {hint.source_key for hint in subscriptions.hinted_sources(conn)}

    def forget_hints(self) -> None:
        with self.house.store.transaction() as conn:
            subscriptions.forget_hints(conn, subscriptions.hinted_sources(conn))

    def counts(self) -> dict[str, int]:
        with self.house.store.reading() as conn:
            return subscriptions.notice_counts(conn, since_day=0)


@pytest.fixture
def listener(house: House) -> Iterator[Listener]:
    """After a first reading, so that the mailboxes are known."""
    house.sync()
    config = house.config.model_copy(update={"base_url": "http://127.0.0.1"})
    app = create_app(WholeHouse(config, house.store, house.clock))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found = Listener(house, f"http://127.0.0.1:{server.server_port}/notifications")
    yield found
    found.microsoft.close()
    server.shutdown()
    thread.join()
    server.server_close()


def user(organisation: Organisation, name: str) -> str:
    return organisation.directory.find(f"{name}@fjord.example").id


def test_mail_and_calendar_of_every_mailbox_are_subscribed_once(listener: Listener):
    assert listener.keep() == Kept(living=RESOURCES, created=RESOURCES)
    assert listener.keep() == Kept(living=RESOURCES)
    rows = listener.rows()
    assert len(rows) == RESOURCES
    assert all(row.subscription_id and not row.reason for row in rows.values())


def test_the_secret_is_not_kept(listener: Listener, running: Running):
    listener.keep()
    secrets = {one.wish.client_state for one in running.services.msgraph.subscriptions.all()}
    assert len(secrets) == RESOURCES
    assert not any(secret in str(row) for secret in secrets for row in listener.rows().values())


def test_a_new_mail_becomes_a_hint_for_its_mailbox_alone(listener: Listener, organisation: Organisation):
    listener.keep()
    organisation.deliver("tor", ["ines"], cc=())
    assert until(lambda: bool(listener.hints()))
    assert listener.hints() == {f"mailbox/{user(organisation, 'ines')}"}


def test_f49_notifications_three_times_and_backwards_end_as_one_hint(
    listener: Listener, organisation: Organisation, running: Running
):
    listener.keep()
    running.services.msgraph.subscriptions.delivery = Delivery(times=3, backwards=True)
    organisation.deliver("tor", ["ines"], cc=())
    assert until(lambda: listener.counts().get("taken", 0) >= 6)
    assert listener.hints() == {f"mailbox/{user(organisation, 'ines')}"}


def test_f50_lifecycle_events_in_one_batch_lead_to_living_subscriptions(listener: Listener, running: Running):
    listener.keep()
    before = {row.subscription_id for row in listener.rows().values()}
    simulated = running.services.msgraph.subscriptions
    simulated.tell_lifecycle("missed", "subscriptionRemoved", "reauthorizationRequired")
    assert until(lambda: listener.counts().get("taken", 0) == 3 * RESOURCES)
    assert len(listener.hints()) == RESOURCES
    assert listener.keep() == Kept(living=RESOURCES, created=RESOURCES)
    after = {row.subscription_id for row in listener.rows().values()}
    assert after == {one.id for one in simulated.all()}
    assert not after & before


def test_f50_an_authorisation_that_is_asked_for_is_renewed(listener: Listener, running: Running):
    listener.keep()
    one = running.services.msgraph.subscriptions.all()[0]
    running.services.msgraph.subscriptions.tell_lifecycle("reauthorizationRequired", name=one.id)
    assert until(lambda: any(row.due for row in listener.rows().values()))
    assert listener.keep() == Kept(living=RESOURCES, renewed=1)
    assert not any(row.due for row in listener.rows().values())


@pytest.mark.parametrize("how", ["wrong", "missing", "foreign"])
def test_f51_forged_notifications_are_counted_and_hint_at_nothing_else(
    listener: Listener, organisation: Organisation, running: Running, how: str
):
    listener.keep()
    running.services.msgraph.subscriptions.delivery = Delivery(forged=1, forged_as=how)
    organisation.deliver("tor", ["ines"], cc=())
    assert until(lambda: len(listener.counts()) == 2)
    outcome = "unknown_subscription" if how == "foreign" else "wrong_secret"
    assert listener.counts()[outcome] == 1
    assert listener.hints() == {f"mailbox/{user(organisation, 'ines')}"}
    assert all(sent.status == 202 for sent in running.services.msgraph.notifier.sent)


def test_f52_the_handshake_holds_with_markup_and_signs(listener: Listener, running: Running):
    running.services.msgraph.subscriptions.delivery = Delivery(token="<script>à & b</script> +%20 é")
    assert listener.keep().created == RESOURCES


def test_subscriptions_are_renewed_at_half_of_the_life_that_was_granted(listener: Listener):
    began = datetime.now(UTC)
    listener.keep()
    for row in listener.rows().values():
        assert abs(row.renew_at - (began + LIFE / 2)) < timedelta(minutes=1)
    assert listener.keep(now=began + LIFE / 2 - timedelta(hours=1)).renewed == 0
    later = began + LIFE / 2 + timedelta(hours=1)
    assert listener.keep(now=later) == Kept(living=RESOURCES, renewed=RESOURCES)
    assert all(row.renew_at > later for row in listener.rows().values())


def test_what_ended_without_a_word_is_made_anew_and_its_gap_looked_at(listener: Listener, running: Running):
    listener.keep()
    lost = running.services.msgraph.subscriptions.all()[0]
    running.services.msgraph.subscriptions.expire(lost.id)
    assert listener.keep() == Kept(living=RESOURCES, created=1)
    assert len(listener.hints()) == 1


def test_who_leaves_is_no_longer_subscribed_to(listener: Listener, organisation: Organisation, running: Running):
    listener.keep()
    organisation.set_mailbox("lina", MailboxState.UNAVAILABLE)
    listener.house.sync()
    assert listener.keep() == Kept(living=RESOURCES - 2, ended=2)
    gone = user(organisation, "lina")
    assert not any(gone in one.wish.resource for one in running.services.msgraph.subscriptions.all())


def test_a_subscription_of_ours_that_nobody_knows_is_ended(listener: Listener, store: Store):
    listener.keep()
    resource = min(listener.rows())
    with store.transaction() as conn:
        subscriptions.forget(conn, resource)
    assert listener.keep() == Kept(living=RESOURCES, created=1, ended=1)


def test_an_address_that_cannot_be_reached_is_noted_and_tried_tomorrow(listener: Listener):
    listener.url = "http://127.0.0.1:9/notifications"
    now = datetime.now(UTC)
    assert listener.keep(now=now).refused == RESOURCES
    assert {row.reason for row in listener.rows().values()} == {"ValidationError"}
    assert listener.keep(now=now + timedelta(hours=23)) == Kept(living=RESOURCES)
    assert listener.keep(now=now + timedelta(hours=25)).refused == RESOURCES


def test_a_missing_right_degrades_softly(listener: Listener, running: Running):
    running.services.registration.roles = ("User.Read.All", "Mail.ReadBasic.All")
    found = listener.keep()
    assert (found.living, found.created, found.refused) == (RESOURCES // 2, RESOURCES // 2, RESOURCES // 2)


def test_all_can_be_ended(listener: Listener, running: Running):
    listener.keep()
    assert listener.end_all() == RESOURCES
    assert running.services.msgraph.subscriptions.all() == []
    assert listener.rows() == {}


@pytest.mark.parametrize(
    ("mode", "base_url", "url"),
    [
        ("production", "https://health.fjord.example/", "https://health.fjord.example/notifications"),
        ("production", "http://health.fjord.example", None),
        ("test", "http://localhost:8080", "http://localhost:8080/notifications"),
    ],
)
def test_only_an_address_that_microsoft_can_reach_is_named(running: Running, mode: str, base_url: str, url: str | None):
    config = config_for(running).model_copy(update={"mode": mode, "base_url": base_url})
    assert notification_url(config) == url


def test_what_ends_comes_first_so_that_a_full_quota_gets_room():
    now = datetime(2026, 6, 17, tzinfo=UTC)
    old = SubscriptionRow("users/1/messages", "mailbox/1", "a", "", now, now, "", "")
    steps = plan([old], {"a": now, "stray": now}, {"users/2/messages": "mailbox/2"}, now=now)
    assert [(step.act, step.subscription_id) for step in steps] == [
        (Act.END, "stray"),
        (Act.END, "a"),
        (Act.CREATE, None),
    ]


def test_hints_are_followed_once_and_by_their_sources_alone(listener: Listener, organisation: Organisation):
    listener.keep()
    organisation.deliver("tor", ["ines"], cc=())
    assert until(lambda: bool(listener.hints()))
    read: list[frozenset[str]] = []
    assert follow(listener.house.store, read.append) == 1
    assert follow(listener.house.store, read.append) == 0
    assert read == [frozenset({f"mailbox/{user(organisation, 'ines')}"})]


def test_a_failing_look_keeps_the_hint_for_the_next_one(listener: Listener):
    def fails(_keys: frozenset[str]) -> None:
        raise TryLater("Not now.", next_step="Wait.")

    with listener.house.store.transaction() as conn:
        subscriptions.add_hints(conn, {"mailbox/one": 1}, at=datetime.now(UTC))
    with pytest.raises(TryLater):
        follow(listener.house.store, fails)
    assert listener.hints() == {"mailbox/one"}


def test_calls_are_subscribed_to_once_for_the_organisation(listener: Listener):
    found = keep(listener.house.store, listener.microsoft.msgraph, url=listener.url, reads=["calls"])
    assert found == Kept(living=1, created=1)
    (row,) = listener.rows().values()
    assert (row.resource, row.source_key) == ("communications/callRecords", "calls/records")


def test_the_command_says_how_many_live(running: Running, listener: Listener):
    config = listener.house.config.model_copy(update={"base_url": listener.url.removesuffix("/notifications")})
    house = WholeHouse(config, listener.house.store, listener.house.clock)
    kept = keep_subscribed(house)
    assert kept is not None
    assert kept.living == RESOURCES + 1
    assert keep_subscribed(house) == Kept(living=RESOURCES + 1)


def test_without_an_https_address_nothing_is_subscribed_to_and_the_command_says_so(running: Running, store: Store):
    config = config_for(running).model_copy(update={"mode": "production", "base_url": "http://health.fjord.example"})
    assert keep_subscribed(WholeHouse(config, store, config.clock)) is None
    with pytest.raises(FixSettings) as told:
        subscribe_round(config, end=False)
    assert "RELATIONSHIP_BASE_URL" in told.value.next_step


def test_a_hinted_mailbox_is_read_alone(listener: Listener, organisation: Organisation):
    listener.keep()
    organisation.deliver("tor", ["ines"], cc=())
    organisation.deliver("tor", ["omar"], cc=())
    key = f"mailbox/{user(organisation, 'ines')}"
    before = len(listener.house.activities())
    report = listener.house.sync(only=frozenset({key}))
    assert (report.mailboxes_ok, report.tables_ok, report.troubles) == (1, 0, ())
    assert len(listener.house.activities()) == before + 1
    listener.house.sync()
    assert len(listener.house.activities()) == before + 2
