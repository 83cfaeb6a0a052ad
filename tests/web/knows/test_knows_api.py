"""Who knows whom and introductions as programs call them: strict, described, and no relay."""

from random import Random
from time import perf_counter_ns
from typing import Any
from uuid import uuid4

import knows_builder as world
import pytest
from flask.testing import FlaskClient
from knows_builder import AURELIE, CAMILLE, CHLOE, DAMIEN, FABRICE, HUGO, INES, QUENTIN, SARAH
from scipy.stats import ks_2samp
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.desk.prefer import prefer
from relationship.graph.ties import TieWord
from relationship.introductions import DAILY_LIMIT, Via
from relationship.store.knows import introductions
from relationship.sync.outward.mail_out import Delivery, SellerMail

OURS = {"Sec-Fetch-Site": "same-origin"}


class Post:
    def __init__(self) -> None:
        self.sent: list[SellerMail] = []

    def send(self, mail: SellerMail) -> Delivery:
        self.sent.append(mail)
        return Delivery.LEFT


@pytest.fixture
def post(quick_site: Site) -> Post:
    found = Post()
    quick_site.app.extensions["posts"] = lambda _seller: {Via.GRAPH: found}
    return found


class Caller:
    def __init__(self, site: Site, seller: int = CAMILLE, role: str = "seller") -> None:
        self.client: FlaskClient = site.as_(role, seller)
        self.headers = {**OURS, "X-CSRFToken": self.get("/session").json["token"]}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers)


def wish(colleague: int = HUGO, person: int = AURELIE, **changes: Any) -> dict[str, Any]:
    usual = {
        "colleague": world.oid(colleague),
        "kind": "contact",
        "guid": world.contact(person),
        "template": "short",
        "subject": "Aurélie Fontaine",
        "body": "Hello Hugo, would you introduce us? Camille",
        "via": "graph",
        "request_key": str(uuid4()),
    }
    return {**usual, **changes}


def told(answer: Any) -> tuple[int, str, str | None]:
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.json["code"], answer.json.get("field")


def test_a_search_gives_whom_the_caller_may_read(knows_site: Site) -> None:
    found = Caller(knows_site).get("/who-knows-whom?query=aur")
    assert found.json == {
        "items": [
            {
                "kind": "contact",
                "guid": world.contact(AURELIE),
                "name": "Aurélie Fontaine",
                "job_title": "Directrice des achats",
                "account": "Ateliers Brévent",
            }
        ]
    }
    assert Caller(knows_site).get("/who-knows-whom?query=fabrice").json == {"items": []}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", (422, "missing_field", "query")),
        ("query=", (422, "too_short", "query")),
        ("query=" + "a" * 101, (422, "too_long", "query")),
        ("query=a&limit=0", (422, "too_small", "limit")),
        ("query=a&limit=1000000000", (422, "too_big", "limit")),
        ("query=a&max_hops=50", (422, "unknown_argument", None)),
        ("query=a&query=b", (422, "repeated_argument", "query")),
        ("query=a%00", (422, "zero_sign", "query")),
    ],
)
def test_a_search_that_is_not_allowed_is_refused(
    quick_site: Site, arguments: str, problem: tuple[int, str, str | None]
) -> None:
    assert told(Caller(quick_site).get(f"/who-knows-whom?{arguments}")) == problem


def test_an_answer_names_ways_the_best_first_with_reasons(knows_site: Site) -> None:
    found = Caller(knows_site).get(f"/who-knows-whom/contact/{world.contact(AURELIE)}").json
    assert [way["colleagues"][0]["name"] for way in found["ways"]] == [
        "Hugo Lefèvre",
        "Inès Benali",
        "Nadia Costes",
        "Mathis Garnier",
        "Sarah Nguyen",
    ]
    first = found["ways"][0]
    assert first["to_first"] == "strong"
    assert first["tie"] == {"strength": "strong", "days": "20_and_more", "last_contact": "2026-06"}
    assert first["reasons"] == ["closest_to_target", "closest_to_seller"]
    assert len(first["why"]) == 2
    assert found["own"] == found["people"] == []


def test_nobody_knows_is_an_ordinary_answer(knows_site: Site) -> None:
    found = Caller(knows_site).get(f"/who-knows-whom/contact/{world.contact(DAMIEN)}")
    assert found.status_code == 200
    assert (found.json["own"], found.json["ways"], found.json["others"]) == ([], [], [])


@pytest.mark.parametrize(
    "path",
    [
        f"contact/{world.contact(FABRICE)}",
        "contact/x",
        f"person/{world.contact(0)}",
        "lead/00000000-0000-4000-8000-00000000dead",
    ],
)
def test_what_is_not_there_or_not_yours_is_not_found(quick_site: Site, path: str) -> None:
    assert told(Caller(quick_site).get(f"/who-knows-whom/{path}")) == (404, "not_found", None)


@pytest.mark.parametrize("role", ["privacy_officer", ""])
def test_whoever_reads_no_records_is_refused(quick_site: Site, role: str) -> None:
    caller = Caller(quick_site, role=role)
    for path in ("/who-knows-whom?query=a", f"/who-knows-whom/contact/{world.contact(0)}", "/introductions"):
        assert told(caller.get(path)) == (403, "wrong_role", None)


def test_asking_sends_once_and_both_see_it(quick_site: Site, post: Post) -> None:
    seller, hugo = Caller(quick_site), Caller(quick_site, HUGO)
    body = wish()
    first, second = seller.post("/introductions", body), seller.post("/introductions", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert first.json["state"] == "asked"
    assert [mail.to for mail in post.sent] == [world.mail_of(HUGO)]
    assert [one["id"] for one in seller.get("/introductions").json["asked"]] == [first.json["id"]]
    assert [one["role"] for one in hugo.get("/introductions").json["received"]] == ["colleague"]
    assert Caller(quick_site, INES).get("/introductions").json == {"asked": [], "received": []}


def test_a_draft_comes_with_the_addresses_that_open_it(quick_site: Site) -> None:
    answer = Caller(quick_site).post("/introductions", wish(via="draft"))
    assert answer.json["compose"]["mailto"].startswith(f"mailto:{world.mail_of(HUGO)}?")


@pytest.mark.parametrize(
    "extra", ["to", "recipients", "from", "sender", "cc", "bcc", "address", "seller", "role", "headers"]
)
def test_b57_recipients_and_senders_are_no_fields(quick_site: Site, post: Post, extra: str) -> None:
    answer = Caller(quick_site).post("/introductions", wish(**{extra: "victim@elsewhere.example"}))
    assert told(answer) == (422, "unknown_field", extra)
    assert post.sent == []


def test_b58_the_same_introduction_again_clashes(quick_site: Site, post: Post) -> None:
    seller = Caller(quick_site)
    seller.post("/introductions", wish())
    assert told(seller.post("/introductions", wish())) == (409, "introduction_open", None)
    body = wish(HUGO, CHLOE)
    seller.post("/introductions", body)
    assert told(seller.post("/introductions", {**body, "body": "Something else"})) == (409, "request_key_reused", None)
    assert len(post.sent) == 2


def test_b58_many_requests_a_minute_are_too_many(quick_site: Site, post: Post) -> None:
    """Ten a day; each is taken back, so that neither the same request nor a full colleague is in the way."""
    house = quick_site.app.extensions["house"]
    seller = Caller(quick_site)
    with quick_site.store.transaction() as conn:
        for number in range(DAILY_LIMIT):
            introductions.add(conn, _old(house.clock(), number))
    answer = seller.post("/introductions", wish())
    assert told(answer) == (429, "too_many_introductions", None)
    assert int(answer.headers["Retry-After"]) > 0
    assert post.sent == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"body": "x" * 1_000_000}, (413, "too_large", None)),
        ({"body": "x" * 4_001}, (422, "too_long", "body")),
        ({"body": "<b>Hello</b>"}, (422, "body_markup", "body")),
        ({"body": "<script>alert(1)</script>"}, (422, "body_markup", "body")),
        ({"body": "   "}, (422, "body_blank", "body")),
        ({"subject": "a\nBcc: x@elsewhere.example"}, (422, "subject_line_break", "subject")),
        ({"subject": "a\\r\\nBcc: x"}, (422, "subject_line_break", "subject")),
        ({"subject": "=?utf-8?q?a=0D=0ABcc?="}, (422, "subject_line_break", "subject")),
        ({"subject": "x" * 201}, (422, "too_long", "subject")),
        ({"template": "gone"}, (422, "template_unknown", "template")),
        ({"via": "crm"}, (422, "way_not_open", "via")),
        ({"via": "fax"}, (422, "not_a_choice", "via")),
        ({"request_key": "1"}, (422, "wrong_form", "request_key")),
        ({"kind": "account"}, (422, "not_a_choice", "kind")),
        ({"notify": "yes"}, (422, "wrong_type", "notify")),
    ],
)
def test_b59_what_no_letter_may_be_is_refused_with_the_field(
    quick_site: Site, post: Post, changes: dict[str, Any], problem: tuple[int, str, str | None]
) -> None:
    assert told(Caller(quick_site).post("/introductions", wish(**changes))) == problem
    assert post.sent == []


def test_b60_whoever_cannot_be_asked_gives_one_same_refusal(quick_site: Site, post: Post) -> None:
    """Oneself, somebody gone, opted out, not to be asked, unknown, without a tie; a person inside or out of sight."""
    house = quick_site.app.extensions["house"]
    prefer(house, world.oid(HUGO), opted_out=True)
    prefer(house, world.oid(SARAH), do_not_ask=True)
    inside = str(uuid4())
    with quick_site.store.transaction() as conn:
        world.add_contact(conn, inside, "Hugo privé", world.mail_of(HUGO))
    seller = Caller(quick_site, role="sales_manager")
    wishes = [
        wish(CAMILLE),
        wish(HUGO),
        wish(SARAH),
        {**wish(), "colleague": str(uuid4())},
        {**wish(), "colleague": "systemuser:gone"},
        wish(INES, DAMIEN),
        {**wish(INES), "guid": inside},
        {**wish(INES), "guid": str(uuid4())},
        {**wish(INES), "kind": "lead"},
    ]
    answers = [seller.post("/introductions", one) for one in wishes]
    assert {told(answer) for answer in answers} == {(422, "introduction_not_possible", None)}
    assert len({answer.data for answer in answers}) == 1
    assert post.sent == []
    heads = [[(name, text) for name, text in answer.headers if name not in VARYING] for answer in answers]
    assert all(head == heads[0] for head in heads)


# How often this reader has called: another value in every answer, whatever it says.
VARYING = ("X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Set-Cookie", "Date")


@pytest.mark.slow
def test_b60_the_time_of_the_refusal_does_not_tell_who_opted_out_from_who_knows_nobody(
    quick_site: Site, post: Post
) -> None:
    """100 refusals at a time, drawn by lot; that three comparisons look different by accident: one in a million."""
    prefer(quick_site.app.extensions["house"], world.oid(HUGO), opted_out=True)
    seller, dice = Caller(quick_site, role="sales_manager"), Random(5)
    wishes = {"opted out": wish(HUGO), "knows nobody": wish(QUENTIN)}
    assert len({seller.post("/introductions", one).data for one in wishes.values()}) == 1

    def odds() -> float:
        order = ["opted out", "knows nobody"] * 50
        dice.shuffle(order)
        spent: dict[str, list[int]] = {name: [] for name in wishes}
        for name in order:
            began = perf_counter_ns()
            seller.post("/introductions", wishes[name])
            spent[name].append(perf_counter_ns() - began)
        return float(ks_2samp(*spent.values()).pvalue)

    assert any(odds() > 0.01 for _ in range(3))
    assert post.sent == []


@pytest.mark.parametrize(
    ("act", "body", "state", "reason"),
    [
        ("accept", None, "accepted", ""),
        ("decline", {}, "declined", ""),
        ("decline", {"not_well": True}, "declined", "not_well"),
        ("pass-on", {"colleague": None}, "passed_on", ""),
        ("pass-on", {"colleague": world.oid(INES)}, "passed_on", ""),
    ],
)
def test_the_colleague_answers(quick_site: Site, post: Post, act: str, body: Any, state: str, reason: str) -> None:
    made = Caller(quick_site).post("/introductions", wish()).json
    hugo = Caller(quick_site, HUGO)
    answer = hugo.post(f"/introductions/{made['id']}/{act}", body)
    assert (answer.json["state"], answer.json["reason"], answer.json["role"]) == (state, reason, "colleague")
    assert answer.json["proposed"] == ("Inès Benali" if body and body.get("colleague") else "")
    assert told(hugo.post(f"/introductions/{made['id']}/{act}", body)) == (409, "introduction_moved_on", None)
    assert len(post.sent) == 1


def test_the_seller_takes_back_and_nobody_else(quick_site: Site, post: Post) -> None:
    seller, hugo = Caller(quick_site), Caller(quick_site, HUGO)
    made = seller.post("/introductions", wish()).json
    path = f"/introductions/{made['id']}"
    assert told(hugo.post(f"{path}/withdraw")) == (404, "not_found", None)
    assert told(seller.post(f"{path}/accept")) == (404, "not_found", None)
    assert told(Caller(quick_site, INES).post(f"{path}/accept")) == (404, "not_found", None)
    assert seller.post(f"{path}/withdraw").json["state"] == "withdrawn"
    assert len(post.sent) == 1


@pytest.mark.parametrize("named", [world.oid(CAMILLE), world.oid(HUGO), "x"])
def test_oneself_the_seller_and_the_unknown_cannot_be_proposed(quick_site: Site, post: Post, named: str) -> None:
    made = Caller(quick_site).post("/introductions", wish()).json
    answer = Caller(quick_site, HUGO).post(f"/introductions/{made['id']}/pass-on", {"colleague": named})
    assert told(answer) == (422, "proposal_not_possible", "proposed")


def _old(at: Any, number: int) -> introductions.NewIntroduction:
    return introductions.NewIntroduction(
        key=str(uuid4()),
        request_key=str(uuid4()),
        seller_key=world.oid(CAMILLE),
        colleague_key=world.oid(number % 4 + 5),
        target=RecordRef(RecordKind.CONTACT, str(uuid4())),
        notify=False,
        via=Via.GRAPH,
        language="en",
        template_key="short",
        subject="s",
        body="b",
        word=TieWord.WEAK,
        hops=1,
        asked_at=at,
        remind_at=None,
        due_at=at,
    )
