"""Who sees what of a tie of somebody else, on every page and in every answer; who left leaves no trace.

The table is the contract's: each field of a colleague's tie, each role, whether that colleague takes part.
"""

import itertools
import re
from collections.abc import Iterator

import knows_builder as world
import pytest
from knows_builder import AURELIE, BASTIEN, CAMILLE, CHLOE, COLLEAGUES, DAMIEN, ELODIE, HUGO, SARAH
from web_site import Site
from werkzeug.test import TestResponse

from relationship.desk.change_rules import change_rules
from relationship.desk.prefer import prefer
from relationship.house import House
from relationship.store import rules
from relationship.store.activities import sightings
from relationship.store.sources import sources
from relationship.store.sources.cursors import Place
from relationship.sync.readers.readers import reader_of
from relationship.sync.shapes import msgraph
from settings.rules import Exclusions

SEES_OTHERS = ("seller", "sales_manager", "customer_success")
ROLES = (*SEES_OTHERS, "sales_admin", "privacy_officer", "")
LANGUAGES = ("fr", "en")


def page_paths(person: int) -> list[str]:
    return [
        world.page_of(person),
        f"/who-knows-whom/account/{world.guid('account', 0)}",
        f"/who-knows-whom/opportunity/{world.DEAL.guid}",
        f"/introductions/new?kind=contact&guid={world.contact(person)}&colleague={world.oid(SARAH)}",
    ]


def api_paths(person: int) -> list[str]:
    return [
        f"/api/v1/who-knows-whom/contact/{world.contact(person)}",
        f"/api/v1/who-knows-whom/account/{world.guid('account', 0)}",
        f"/api/v1/who-knows-whom/opportunity/{world.DEAL.guid}",
    ]


OTHER_PATHS = [
    "/who-knows-whom",
    "/who-knows-whom?q=a",
    "/introductions",
    "/introductions/choices",
    "/introductions/results",
    f"/opportunities/{world.DEAL.guid}",
    "/api/v1/who-knows-whom?query=a",
    "/api/v1/introductions",
]


def served(site: Site, role: str, person: int = AURELIE) -> Iterator[tuple[str, TestResponse]]:
    """Every page and answer of this part, in both languages."""
    client = site.as_(role)
    for path, lang in itertools.product([*page_paths(person), *api_paths(person), *OTHER_PATHS], LANGUAGES):
        yield path, client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")


def sees_tie(site: Site, role: str, person: int, colleague: int) -> bool:
    """Whether anything served ties this colleague to this person."""
    client = site.as_(role)
    name = COLLEAGUES[colleague]
    return any(name.encode() in client.get(path).data for path in [world.page_of(person), api_paths(person)[0]])


# What exact values of Sarah's tie with Élodie (9 days, the last one on 12 June) would look like, by field.
EXACT = {
    "counts of 90 days": [rb"\b9 (?:days|jours)", rb'"days":\s*9\b', rb"\b9\xc2\xa0jours"],
    "last contact": [rb"12 (?:June|Jun|juin) 2026", rb"12/06/2026", rb"2026-06-12"],
    "reply times, direction, hour": [rb"theirs", rb"ours_among", rb'"direction"', rb'"reply'],
    "kinds": [rb'"kinds":\s*\["email", "meeting"\]'],
    "participants, subject, address": [rb"clients-canari", rb"maison-canari", rb"canari\.contact"],
}


@pytest.mark.parametrize("takes_part", [True, False])
@pytest.mark.parametrize("role", ROLES)
def test_a_tie_is_seen_by_whoever_sells_and_only_while_the_colleague_takes_part(
    quick_site: Site, role: str, takes_part: bool
) -> None:
    if not takes_part:
        prefer(quick_site.app.extensions["house"], world.oid(SARAH), opted_out=True)
    assert sees_tie(quick_site, role, ELODIE, SARAH) is (role in SEES_OTHERS and takes_part)


@pytest.mark.parametrize("field", EXACT)
@pytest.mark.parametrize("role", ROLES)
def test_no_exact_value_of_anothers_tie_is_served(quick_site: Site, role: str, field: str) -> None:
    for path, answer in served(quick_site, role, ELODIE):
        if path.startswith("/opportunities/"):
            continue
        for pattern in EXACT[field]:
            assert not re.search(pattern, answer.data), (path, pattern)


# The contract's table for a colleague's tie, as the pages and the API of the contact serve it: by field what a reader
# may be shown ('coarse' or nothing), and what each would look like. Sarah's tie with Élodie: strong, 9 days, June.
COARSE = {
    "X knows Y": [rb"Sarah Nguyen"],
    "strength": [rb'"strength":\s*"strong"', rb"strength-strong"],
    "counts of 90 days": [rb"5_to_19", rb"5 to 19 days", rb"5 \xc3\xa0 19"],
    "last contact": [rb'"last_contact":\s*"2026-06"', rb"last contact in June", rb"dernier contact en juin"],
}
NEVER = {
    **EXACT,
    "subject, title": [rb"(?i)canari-objet"],
    "body, preview": [rb"(?i)canari-texte"],
    "private event": [rb"(?i)canari-priv"],
    "opt-out of X": [rb"(?i)opted.?out_at", rb'"opted_out":\s*true', rb"a quitt\xc3\xa9"],
}
STATES = ("takes part", "opted out", "Y blocked", "both")


def put_into(site: Site, state: str) -> None:
    house: House = site.app.extensions["house"]
    if state in ("opted out", "both"):
        prefer(house, world.oid(SARAH), opted_out=True)
    if state in ("Y blocked", "both"):
        with site.store.reading() as conn:
            version, present = rules.current(conn)
        wanted = present.model_copy(update={"exclusions": Exclusions(contacts=(world.contact(ELODIE),))})
        change_rules(house, wanted, expected_version=version, by="admin", by_name="Admin")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_every_field_is_served_as_the_contract_says_to_each_role_in_each_state(
    quick_site: Site, role: str, state: str
) -> None:
    put_into(quick_site, state)
    client = quick_site.as_(role)
    paths = [f"{path}?lang={lang}" for path in (world.page_of(ELODIE), api_paths(ELODIE)[0]) for lang in LANGUAGES]
    body = b"".join(client.get(path).data for path in paths)
    is_shown = role in SEES_OTHERS and state == "takes part"
    for field, patterns in COARSE.items():
        assert any(re.search(pattern, body) for pattern in patterns) is is_shown, field
    for field, patterns in NEVER.items():
        assert not any(re.search(pattern, body) for pattern in patterns), field


@pytest.mark.parametrize("role", ROLES)
def test_how_many_left_is_a_number_for_the_admin_and_nothing_for_anybody_else(quick_site: Site, role: str) -> None:
    prefer(quick_site.app.extensions["house"], world.oid(SARAH), opted_out=True)
    pages = [answer.data for path, answer in served(quick_site, role, ELODIE) if path == "/introductions/results"]
    told = [page for page in pages if re.search(rb"1 (?:person|personne)\b", page)]
    assert len(told) == (2 if role == "sales_admin" else 0)


def test_canaries_in_whatever_a_mail_brings_are_stored_and_served_nowhere(quick_site: Site) -> None:
    """A mail row as Microsoft would send it with a subject and a preview, although nobody asks for a preview: neither
    is in any table afterwards, nor in any byte served."""
    row = {
        "id": "canari-1", "internetMessageId": "<1@canari.example>", "isDraft": False, "ccRecipients": [],
        "subject": "CANARI-OBJET", "bodyPreview": "CANARI-TEXTE", "body": {"content": "CANARI-TEXTE"},
        "from": {"emailAddress": {"name": "CANARI-PRIVE", "address": world.mail_of(SARAH)}},
        "toRecipients": [{"emailAddress": {"address": world.address_of(ELODIE)}}],
        "sentDateTime": "2026-06-15T08:00:00Z", "receivedDateTime": "2026-06-15T08:00:01Z",
    }  # fmt: skip
    piece = msgraph.message(row, "inbox")
    house: House = quick_site.app.extensions["house"]
    with quick_site.store.transaction() as conn:
        _inside, read = reader_of(house, None, conn=conn)
        (source,) = sources.ensure(conn, ["mailbox/sarah"]).values()
        place = Place(round=1, full=True)
        sightings.apply_page(conn, source, piece.container, [piece], [], place=place, read=read, zone=house.config.zone)
    with quick_site.store.reading() as conn:
        names = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        kept = "\n".join(str(row) for name in names for row in conn.exec_driver_sql(f'SELECT * FROM "{name}"'))
    assert "1@canari.example" in kept
    assert not re.search("CANARI-(OBJET|TEXTE|PRIVE)", kept)
    for path, answer in served(quick_site, "seller", ELODIE):
        assert not re.search(rb"CANARI-|1@canari", answer.data), path


def test_coarse_values_of_anothers_tie_are_served_to_whoever_sells(quick_site: Site) -> None:
    way = quick_site.as_("seller").get(api_paths(ELODIE)[0]).json["ways"][0]
    assert way["colleagues"] == [{"key": world.oid(SARAH), "name": "Sarah Nguyen"}]
    assert way["tie"] == {"strength": "strong", "days": "5_to_19", "last_contact": "2026-06"}


def test_ones_own_tie_is_served_exactly(quick_site: Site) -> None:
    own = quick_site.as_("seller").get(api_paths(BASTIEN)[0]).json["own"]
    assert own[0]["days"] == 12
    assert own[0]["last_contact"] == "2026-06-15"


@pytest.mark.parametrize("switch", ["opted_out", "do_not_ask"])
def test_a07_who_leaves_reads_like_somebody_who_knows_nobody(quick_site: Site, switch: str) -> None:
    """Élodie is known to Sarah alone: without her the answers for Élodie are those for Damien, whom nobody knows."""
    house: House = quick_site.app.extensions["house"]
    prefer(house, world.oid(SARAH), **{switch: True})
    client = quick_site.as_("seller")
    for path in (world.page_of, lambda person: api_paths(person)[0]):
        alone, nobody = (client.get(path(person)) for person in (ELODIE, DAMIEN))
        assert alone.status_code == nobody.status_code == 200
        assert _anonymous(alone, ELODIE) == _anonymous(nobody, DAMIEN)
        assert sorted(_headers(alone)) == sorted(_headers(nobody))


@pytest.mark.parametrize("role", ROLES)
def test_the_name_of_who_left_is_in_no_byte(quick_site: Site, role: str) -> None:
    prefer(quick_site.app.extensions["house"], world.oid(SARAH), opted_out=True)
    for path, answer in served(quick_site, role, ELODIE):
        assert b"Sarah" not in answer.data, path
        assert world.oid(SARAH).encode() not in _without_echo(answer.data), path


@pytest.mark.parametrize("role", ROLES)
def test_no_address_is_in_any_byte(quick_site: Site, role: str) -> None:
    for path, answer in served(quick_site, role):
        assert b"canari" not in answer.data, path
        assert b"@" not in answer.data or "opportunities" in path, path


def test_b60_whom_one_cannot_ask_is_refused_alike_whatever_the_reason(quick_site: Site) -> None:
    """Somebody who left, oneself, somebody without a tie, somebody unknown: one page."""
    prefer(quick_site.app.extensions["house"], world.oid(HUGO), opted_out=True)
    client = quick_site.as_("seller")
    answers = [
        client.get(f"/introductions/new?kind=contact&guid={world.contact(CHLOE)}&colleague={key}")
        for key in (world.oid(HUGO), world.oid(CAMILLE), world.oid(SARAH), "nobody", "")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({_without_echo(answer.data) for answer in answers}) == 1


def test_a04_windows_are_fixed_so_no_two_answers_can_be_subtracted(quick_site: Site) -> None:
    client = quick_site.as_("seller")
    path = api_paths(AURELIE)[0]
    for argument in ("from=2026-06-01", "days=30", "window=7", "limit=1", "since=2026-01-01"):
        assert client.get(f"{path}?{argument}").status_code == 422
    plain, narrowed = client.get(world.page_of(AURELIE)), client.get(world.page_of(AURELIE) + "?days=30")
    assert _without_echo(plain.data) == _without_echo(narrowed.data)


def test_a05_totals_of_few_people_are_kept_back_from_the_admin(quick_site: Site) -> None:
    answer = quick_site.as_("sales_admin").get("/introductions/results")
    assert answer.status_code == 200
    assert b"Nobody has asked for an introduction yet" in answer.data
    for role in ("seller", "sales_manager", "customer_success"):
        assert quick_site.as_(role).get("/introductions/results").status_code == 403


def test_a08_no_address_of_the_product_ranks_colleagues(quick_site: Site) -> None:
    """No view takes a colleague and tells of his contacts, his volume or his speed."""
    rules = [rule.rule for rule in quick_site.app.url_map.iter_rules()]
    assert not [rule for rule in rules if re.search(r"colleague|employee|staff|leaderboard|rank", rule)]
    answer = quick_site.as_("seller").get(f"/who-knows-whom/colleague/{world.oid(HUGO)}")
    assert answer.status_code == 404


def _anonymous(answer: TestResponse, person: int) -> bytes:
    """The bytes of an answer with what names the record itself taken out."""
    name, job = world.CONTACTS[person]
    body = _without_echo(answer.data)
    for own in (name, job, world.contact(person)):
        body = body.replace(own.encode(), b"*").replace(_escaped(own), b"*")
    return body


def _escaped(text: str) -> bytes:
    return "".join(sign if ord(sign) < 128 else f"\\u{ord(sign):04x}" for sign in text).encode()


def _without_echo(body: bytes) -> bytes:
    """Without the token of the form and the links that repeat the arguments of the address, such as the language."""
    return re.sub(rb'name="csrf_token" value="[^"]*"|href="\?[^"]*"', b"", body)


def _headers(answer: TestResponse) -> list[str]:
    return [name for name, _ in answer.headers]
