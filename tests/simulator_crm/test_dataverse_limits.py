from crm_world import Client, small_crm

from simulator.dataverse import Limits, ServiceProtection


class Watch:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_request_too_many_is_refused_with_the_time_to_wait():
    client = Client(small_crm(), protection=ServiceProtection(Limits(requests=3), clock=Watch()))
    assert [client.get("accounts").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.refusal("accounts") == (429, "0x80072322")


def test_the_wait_grows_while_one_keeps_asking_and_ends_when_one_waits():
    watch = Watch()
    protection = ServiceProtection(Limits(requests=2, window_seconds=8), clock=watch)
    client = Client(small_crm(), protection=protection)
    waits = [client.get("accounts").headers.get("Retry-After") for _ in range(5)]
    assert waits == [None, None, "8", "16", "32"]
    watch.now += 31
    assert client.get("accounts").headers["Retry-After"] == "64"
    watch.now += 64
    assert client.get("accounts").status_code == 200
    assert protection.refused == 4


def test_the_wait_never_exceeds_its_ceiling():
    client = Client(small_crm(), protection=ServiceProtection(Limits(requests=1), clock=Watch()))
    assert [client.get("accounts").headers.get("Retry-After") for _ in range(3)] == [None, "300", "300"]


def test_answers_tell_how_many_requests_are_left():
    watch = Watch()
    client = Client(small_crm(), protection=ServiceProtection(Limits(requests=5), clock=watch))
    client.get("accounts")
    watch.now += 100
    headers = client.get("accounts").headers
    assert headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "3"
    assert headers["x-ms-ratelimit-time-remaining-xrm-requests"] == "200.00"


def test_too_many_at_the_same_time_are_refused_with_a_code_of_their_own():
    protection = ServiceProtection(Limits(concurrent=2), clock=Watch())
    assert protection.enter("u") is None
    assert protection.enter("u") is None
    refusal = protection.enter("u")
    assert refusal is not None
    assert (refusal.code, refusal.wait_seconds) == ("0x80072326", 1)
    assert protection.enter("another") is None


def test_too_much_work_in_a_window_is_refused_until_it_is_past():
    watch = Watch()
    protection = ServiceProtection(Limits(execution_seconds=5, window_seconds=10), clock=watch)
    for _ in range(2):
        assert protection.enter("u") is None
        protection.leave("u", worked_seconds=2.5)
        watch.now += 1
    refusal = protection.enter("u")
    assert refusal is not None
    assert (refusal.code, refusal.wait_seconds) == ("0x80072321", 8)
    watch.now += 8
    assert protection.enter("u") is None


def test_the_window_slides():
    watch = Watch()
    protection = ServiceProtection(Limits(requests=2, window_seconds=10), clock=watch)
    for _ in range(20):
        assert protection.enter("u") is None
        protection.leave("u")
        watch.now += 5
