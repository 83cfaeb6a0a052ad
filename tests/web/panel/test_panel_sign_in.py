"""The hand-over of a sign-in from a window to a frame, and everybody who would like to have it or to plant one."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import web_builder
from cryptography.fernet import Fernet
from panel_door import BASE, CRM, DEAL, OURS, Frame, frame_of
from web_site import Site, site_over

from relationship.clock import real_clock
from relationship.store.database import Store
from relationship.store.privacy.audit import Action, entries
from relationship.store.sources.tokens import TokenVault
from web.panel import hand_over

KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="module")
def panel_site(module_store: Store) -> Site:
    site = site_over(module_store, base_url=BASE, crm_origins=CRM, encryption_keys=KEY)
    site.fill([DEAL])
    return site


@pytest.fixture
def frame(panel_site: Site) -> Frame:
    return frame_of(panel_site)


def signed_in_window(site: Site, frame: Frame, seller: int = 0) -> str:
    """What a finished sign-in in the window of this frame leaves; the code that it shows."""
    with site.store.transaction() as conn:
        oid, name = web_builder.oid(seller), web_builder.SELLERS[seller]
        hand_over.offer(conn, TokenVault([KEY]), frame.challenge, oid=oid, name=name, roles=("sales_manager",))
    return shown_code(site, frame)


def shown_code(site: Site, frame: Frame) -> str:
    with site.store.reading() as conn:
        offer = hand_over.shown(conn, TokenVault([KEY]), frame.challenge)
    assert offer is not None
    return offer.code


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_frame_that_asked_gets_the_session_with_the_code(panel_site: Site, frame: Frame) -> None:
    code = signed_in_window(panel_site, frame)
    assert frame.ask("poll", verifier=frame.verifier).get_json()["seconds"] in range(50, 61)
    assert frame.finish(code) == {"done": True}
    assert frame.is_signed_in


def test_before_the_sign_in_there_is_nothing_to_take(frame: Frame) -> None:
    assert frame.ask("poll", verifier=frame.verifier).get_json() == {"seconds": 0}
    assert frame.finish("000000") == {"done": False, "tries": 0}


def test_the_verifier_of_another_frame_takes_nothing(panel_site: Site, frame: Frame) -> None:
    code = signed_in_window(panel_site, frame)
    thief = frame_of(panel_site)
    assert thief.ask("poll", verifier=thief.verifier).get_json() == {"seconds": 0}
    assert thief.finish(code) == {"done": False, "tries": 0}
    assert not thief.is_signed_in
    assert frame.finish(code) == {"done": True}


def test_the_hash_that_the_window_was_given_is_no_verifier(panel_site: Site, frame: Frame) -> None:
    code = signed_in_window(panel_site, frame)
    assert frame.finish(code, verifier=frame.challenge) == {"done": False, "tries": 0}


def test_a_code_serves_once(panel_site: Site, frame: Frame) -> None:
    code = signed_in_window(panel_site, frame)
    assert frame.finish(code) == {"done": True}
    again = frame_of(panel_site)
    again.verifier = frame.verifier
    assert again.finish(code) == {"done": False, "tries": 0}
    assert not again.is_signed_in


def test_a_code_runs_out_after_a_minute(panel_site: Site, frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    code = signed_in_window(panel_site, frame)
    monkeypatch.setattr(hand_over, "real_clock", lambda: real_clock() + timedelta(seconds=61))
    assert frame.ask("poll", verifier=frame.verifier).get_json() == {"seconds": 0}
    assert frame.finish(code) == {"done": False, "tries": 0}
    assert not frame.is_signed_in


def test_of_several_who_take_what_is_kept_one_gets_it(store: Store) -> None:
    vault = TokenVault([KEY])
    with store.transaction() as conn:
        vault.save(conn, "panel/x", "kept", at=real_clock())
        assert [vault.take(conn, "panel/x") for _ in range(3)] == ["kept", None, None]


def test_three_wrong_codes_end_it(panel_site: Site, frame: Frame) -> None:
    code = signed_in_window(panel_site, frame)
    assert [frame.finish(another(code))["tries"] for _ in range(3)] == [2, 1, 0]
    assert frame.finish(code) == {"done": False, "tries": 0}


def test_somebody_elses_finished_sign_in_is_not_planted_in_this_frame(panel_site: Site, frame: Frame) -> None:
    """Whoever learns the hash may sign in for it, but the code of that window is not the one this person reads."""
    read = signed_in_window(panel_site, frame)
    planted = signed_in_window(panel_site, frame, seller=1)
    assert planted != read
    assert frame.finish(read)["done"] is False
    assert not frame.is_signed_in


def test_a_window_cannot_be_opened_from_elsewhere_for_the_frame_of_somebody_else(panel_site: Site) -> None:
    thief = frame_of(panel_site)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}, {"Origin": CRM}):
        answer = panel_site.anonymous().post(
            "/auth/panel", base_url=BASE, data={"challenge": thief.challenge}, headers=headers
        )
        assert answer.status_code == 403
    assert panel_site.anonymous().get(f"/auth/panel?challenge={thief.challenge}", base_url=BASE).status_code == 405


def test_a_window_that_cannot_reach_microsoft_says_where_to_start_again(small_store: Store) -> None:
    site = site_over(small_store, base_url=BASE, authority_url="https://localhost:9")
    answer = site.anonymous().post(
        "/auth/panel?lang=en", base_url=BASE, data={"challenge": frame_of(site).challenge}, headers=OURS
    )
    assert answer.status_code == 503
    assert "Close this window, then start again in Dynamics 365." in answer.text
    assert "/auth/start" not in answer.text


@pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "x" * 42 + "="])
def test_a_window_needs_the_hash_of_a_frame(panel_site: Site, challenge: str) -> None:
    answer = panel_site.anonymous().post("/auth/panel", base_url=BASE, data={"challenge": challenge}, headers=OURS)
    assert answer.status_code == 400


@pytest.mark.parametrize("step", ["poll", "finish", "out"])
def test_no_step_of_the_sign_in_can_be_sent_from_another_site_or_without_its_token(frame: Frame, step: str) -> None:
    token = frame.token
    for headers in (
        {"Sec-Fetch-Site": "cross-site", "X-CSRFToken": token},
        {"Sec-Fetch-Site": "same-site", "X-CSRFToken": token},
        {"Origin": CRM, "X-CSRFToken": token},
        {"X-CSRFToken": token},
    ):
        assert frame.ask(step, headers).status_code == 403
    assert frame.ask(step, OURS).status_code == 400
    assert frame.ask(step, {**OURS, "X-CSRFToken": "forged"}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [{}, {"verifier": 7, "code": "123456"}, {"verifier": "x" * 65, "code": "1"}, {"verifier": ["a"], "code": {}}],
)
def test_what_is_no_text_is_no_question(frame: Frame, body: dict[str, object]) -> None:
    assert frame.ask("finish", **body).status_code == 400


def test_the_cookie_of_the_frame_is_partitioned_and_closed_to_scripts(frame: Frame) -> None:
    made = frame.load().headers["Set-Cookie"]
    name, *parts = (part.strip() for part in made.split(";"))
    assert name.startswith("__Host-panel=")
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def test_the_session_of_a_frame_is_none_of_the_pages_and_the_other_way_round(panel_site: Site, frame: Frame) -> None:
    frame.finish(signed_in_window(panel_site, frame))
    cookie = frame.client.get_cookie("__Host-panel", domain="sante.localhost")
    assert cookie is not None
    pages = panel_site.anonymous()
    pages.set_cookie("__Host-session", cookie.value, domain="sante.localhost", secure=True)
    assert pages.get("/opportunities", base_url=BASE).status_code == 302
    assert frame.client.get("/opportunities", base_url=BASE).status_code == 302


def test_signing_out_of_the_frame_ends_its_session(panel_site: Site, frame: Frame) -> None:
    frame.finish(signed_in_window(panel_site, frame))
    assert DEAL.name in frame.load().text
    assert frame.ask("out").get_json() == {"done": True}
    assert not frame.is_signed_in
    assert DEAL.name not in frame.load().text


def test_a_browser_that_keeps_no_cookie_is_noticed(panel_site: Site, frame: Frame) -> None:
    assert frame.client.get("/panel/sign-in/cookie", base_url=BASE, headers=OURS).get_json() == {"kept": False}
    frame.load()
    assert frame.client.get("/panel/sign-in/cookie", base_url=BASE, headers=OURS).get_json() == {"kept": True}


def test_what_became_of_a_hand_over_is_written_down(panel_site: Site, frame: Frame) -> None:
    code = signed_in_window(panel_site, frame)
    frame.finish(another(code))
    frame.finish(code)
    panel_site.app.extensions["audit"].flush()
    with panel_site.store.reading() as conn:
        written = [(act.action, act.object, act.result) for _number, act in entries(conn, limit=2)]
    assert written == [(Action.SIGN_IN, "panel", "done"), (Action.SIGN_IN, "panel", "refused")]


SCRIPTS = sorted((Path(__file__).parents[3] / "web" / "static").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_listens_to_messages_of_other_windows(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert "onmessage" not in text
    assert not re.search(r"""["']message["']""", text)
