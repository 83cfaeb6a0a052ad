"""Giving the right to send in one's own name, through the simulated Entra over TLS, and taking it back."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from test_web_sign_in import BASE, Door, door_to, small_world

from relationship.house import House
from relationship.store.database import Store
from relationship.store.privacy import audit
from relationship.sync.wire.delegated import CALENDAR, Consents
from simulator.server import Running, start


@pytest.fixture(scope="module")
def consenting() -> Iterator[Running]:
    with start(small_world()) as running:
        yield running


@pytest.fixture
def seller(consenting: Running, small_store: Store) -> Door:
    """Ines, signed in."""
    door = door_to(consenting, small_store)
    door.finish(door.choose(door.begin(), "ines"))
    return door


def consents(door: Door) -> Consents:
    house: House = door.site.app.extensions["house"]
    return Consents(house.config, house.store, house.vault())


def key(door: Door, who: str = "ines") -> str:
    return str(door.entra.organisation.user(who).id)


def asked(door: Door, wanted: str = "/introductions") -> str:
    answer = door.client.get("/auth/mail", query_string={"next": wanted}, base_url=BASE)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_only_the_right_to_send_is_asked_for(seller: Door) -> None:
    asking = {name: values[0] for name, values in parse_qs(urlsplit(asked(seller)).query).items()}
    rights = set(asking["scope"].split()) - {"openid", "profile", "offline_access"}
    assert {right.rpartition("/")[2] for right in rights} == {"Mail.Send"}
    assert asking["code_challenge_method"] == "S256"
    assert {"state", "nonce"} <= set(asking)


def test_the_right_is_kept_and_the_seller_comes_back_to_where_he_was(seller: Door) -> None:
    back = seller.finish(seller.choose(asked(seller), "ines"))
    assert (back.status_code, back.headers["Location"]) == (302, "/introductions")
    assert consents(seller).has(key(seller))
    assert consents(seller).token(key(seller), anew=False)
    assert consents(seller).token(key(seller), anew=True)
    assert seller.member() is not None


def test_a19_the_right_of_another_account_is_not_kept(seller: Door) -> None:
    back = seller.finish(seller.choose(asked(seller), "omar"))
    assert back.status_code == 400
    assert "That was another account" in back.text
    assert not consents(seller).has(key(seller))
    assert not consents(seller).has(key(seller, "omar"))
    member = seller.member()
    assert member is not None
    assert member.oid == key(seller)


def test_whoever_does_not_agree_is_told_what_else_can_be_done(seller: Door) -> None:
    back = seller.finish(seller.choose(asked(seller), ""))
    assert back.status_code == 400
    assert "The right to send was not given" in back.text
    assert "/auth/mail?next=" in back.text
    assert not consents(seller).has(key(seller))


def test_an_answer_comes_back_once_and_signs_nobody_in(seller: Door) -> None:
    answer = seller.choose(asked(seller), "ines")
    seller.finish(answer)
    consents(seller).forget(key(seller))
    assert seller.finish(answer).status_code == 400
    assert not consents(seller).has(key(seller))


def test_the_right_is_taken_back_by_pressing_a_button(seller: Door) -> None:
    seller.finish(seller.choose(asked(seller), "ines"))
    page = seller.client.get("/opportunities", base_url=BASE).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    headers = {"Sec-Fetch-Site": "same-origin"}
    form = {"csrf_token": token, "next": "/introductions"}
    answer = seller.client.post("/auth/mail/forget", data=form, headers=headers, base_url=BASE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/introductions")
    assert not consents(seller).has(key(seller))


def test_nobody_who_is_not_signed_in_can_begin(consenting: Running, small_store: Store) -> None:
    door = door_to(consenting, small_store)
    answer = door.client.get("/auth/mail", base_url=BASE)
    assert "/sign-in" in answer.headers["Location"]


def test_giving_and_taking_back_stand_in_the_audit_log(seller: Door) -> None:
    seller.finish(seller.choose(asked(seller), "ines"))
    seller.site.app.extensions["audit"].flush()
    with seller.site.store.reading() as conn:
        acts = [(act.actor, act.action, act.object) for _n, act in audit.entries(conn, limit=5)]
    assert (key(seller), "introduction", "mail_consent") in acts


def test_the_right_to_the_calendar_is_another_one_asked_for_and_taken_back_by_itself(seller: Door) -> None:
    house: House = seller.site.app.extensions["house"]
    calendar = Consents(house.config, house.store, house.vault(), right=CALENDAR)
    answer = seller.client.get("/auth/calendar", query_string={"next": "/accounts"}, base_url=BASE)
    address = str(answer.headers["Location"])
    asking = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert "Calendars.ReadWrite" in asking["scope"]
    assert "Mail.Send" not in asking["scope"]
    back = seller.finish(seller.choose(address, "ines"))
    assert (back.status_code, back.headers["Location"]) == (302, "/accounts")
    assert calendar.has(key(seller))
    assert not consents(seller).has(key(seller))
    calendar.forget(key(seller))
    assert not calendar.has(key(seller))
