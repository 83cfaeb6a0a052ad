"""Headers, cookies, forms and error pages."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from web_builder import Deal, oid
from web_site import Site, config, session_of, site_over

from relationship.clock import real_clock
from relationship.errors import FixSettings
from relationship.house import House
from relationship.store.database import Store
from relationship.store.rights.rights_tables import WEB_SESSION
from web.app import create_app
from web.identity.sign_in import local_path

OURS = {"Sec-Fetch-Site": "same-origin"}


def test_every_answer_carries_the_strict_headers(small_site: Site) -> None:
    for path in ("/sign-in", "/nowhere", "/healthz", "/static/app.css"):
        headers = small_site.anonymous().get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src-elem 'self'" in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert policy.count("unsafe-inline") == 1  # style attributes, for the charts
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert {"Cookie", "Origin", "Sec-Fetch-Site"} <= {part.strip() for part in headers["Vary"].split(",")}


def test_data_is_never_kept_by_caches_and_named_files_are(small_site: Site) -> None:
    client = small_site.as_()
    assert client.get("/opportunities").headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get("/static/app.css?v=1").headers["Cache-Control"]


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(small_store: Store) -> None:
    site = site_over(small_store, base_url="https://health.example")
    client = site.app.test_client()
    with client.session_transaction(base_url="https://health.example") as session:
        session["anything"] = 1
    cookie = client.get_cookie("__Host-session", domain="health.example")
    assert cookie is not None
    assert (cookie.http_only, cookie.secure, cookie.same_site, cookie.path) == (True, True, "Lax", "/")
    assert client.get("/sign-in", base_url="https://health.example").headers["Strict-Transport-Security"]


def test_a_form_without_its_token_is_refused(small_site: Site) -> None:
    assert small_site.as_().post("/sign-out", headers=OURS).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a17_a_write_from_elsewhere_is_refused(small_site: Site, headers: dict[str, str]) -> None:
    assert small_site.as_().post("/sign-out", headers=headers).status_code == 403


def test_signing_out_ends_the_session(small_site: Site) -> None:
    client = small_site.as_()
    text = client.get("/opportunities").text
    token = text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/sign-out", data={"csrf_token": token}, headers=OURS)
    assert answer.headers["Location"] == "/sign-in"
    assert client.get("/opportunities").status_code == 302


def test_a_session_ends_at_its_time_however_busy_it_is(small_site: Site) -> None:
    client = small_site.as_()
    assert client.get("/opportunities").status_code == 200
    with small_site.store.transaction() as conn:
        conn.execute(sa.update(WEB_SESSION).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    assert client.get("/opportunities").status_code == 302


def test_a10_a_cookie_that_was_copied_opens_nothing_after_the_sign_out(small_site: Site) -> None:
    """A10: the visit ends on the server, not in one browser."""
    client, thief = small_site.as_(), small_site.as_()
    assert thief.get("/opportunities").status_code == 200
    token = client.get("/opportunities").text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-out", data={"csrf_token": token}, headers=OURS)
    assert thief.get("/opportunities").status_code == 302


def test_a13_a_visit_opens_nothing_for_another_person(small_site: Site) -> None:
    """A13: who somebody is stands in the visit, whatever else the cookie says."""
    client = small_site.as_("seller", 1)
    with client.session_transaction() as session:
        session["_user_id"] = oid(0)
    assert client.get("/opportunities").status_code == 302


def test_a14_a_session_signed_with_another_key_is_none(small_site: Site) -> None:
    client = small_site.as_()
    small_site.app.secret_key = "another key"
    assert client.get("/opportunities").status_code == 302


def test_the_session_holds_no_token_and_no_address() -> None:
    assert set(session_of("seller")) == {"visit", "_user_id", "_fresh"}


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ("/opportunities?owner=me", "/opportunities?owner=me"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("/a\\b", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_after_the_sign_in_one_lands_on_a_page_of_ours(wish: str | None, target: str) -> None:
    assert local_path(wish) == target


@pytest.mark.parametrize(("lang", "title"), [("en", "We cannot find that"), ("fr", "Page introuvable")])
def test_errors_speak_the_readers_language(small_site: Site, lang: str, title: str) -> None:
    answer = small_site.anonymous().get(f"/nowhere?lang={lang}")
    assert answer.status_code == 404
    assert title in answer.text


def test_an_unforeseen_error_shows_no_stack(small_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("relationship.store.lists.record_lists.shares", broken)
    answer = small_site.as_().get("/opportunities")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


def test_methods_that_a_page_does_not_know_are_refused(small_site: Site) -> None:
    client = small_site.as_()
    assert client.open("/opportunities", method="TRACE").status_code in {403, 405}
    assert client.post("/opportunities", headers=OURS).status_code in {400, 405}


def test_too_many_sign_ins_from_one_place_have_to_wait(small_site: Site) -> None:
    client = small_site.anonymous()
    statuses = [client.get("/sign-in").status_code for _ in range(31)]
    assert statuses[:30] == [200] * 30
    assert statuses[30] == 429


def test_markup_in_names_is_text(small_site: Site) -> None:
    deal = Deal('<img src=x onerror="alert(1)">')
    small_site.fill([deal])
    assert "<img src=x" not in small_site.as_().get(f"/opportunities/{deal.guid}").text


def test_production_does_not_start_without_a_signing_key(small_store: Store) -> None:
    settings = config(
        mode="production",
        secret_key="",
        dataverse_url="https://contoso.crm4.dynamics.com",
        base_url="https://health.example",
    )
    with pytest.raises(FixSettings, match="signs the session cookie"):
        create_app(House(settings, small_store, real_clock))


def test_the_health_check_needs_nobody(small_site: Site) -> None:
    assert small_site.anonymous().get("/healthz").text == "ok\n"
