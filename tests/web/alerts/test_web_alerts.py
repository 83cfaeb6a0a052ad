"""Pages and API of alerts: built in a form, tried, switched on, raised, handled; shown to whom the CRM lets read."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from alerts.alert_builders import say_all
from api.api_caller import OURS, Caller, told
from flask.testing import FlaskClient
from flask_babel import force_locale
from web_builder import NOW, deals_of_all_sorts, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.desk.raise_alerts import raise_alerts
from relationship.store import tables
from relationship.store.alerts import alert_rules
from relationship.store.crm.record_tables import Record, RecordAddress
from web.alerts import alert_words

THREAT = "Si rien ne change, nous allons résilier notre contrat."
HOSTILE = "Furieux <script>alert(1)</script> \u202eelbisivni, nous allons résilier notre contrat."
TODAY = number_of(NOW.date())
_record = tables.table(Record)


@pytest.fixture
def filled(small_site: Site) -> Site:
    small_site.fill(deals_of_all_sorts()[:12])
    return small_site


def account(site: Site) -> str:
    with site.store.reading() as conn:
        return str(conn.scalar(sa.select(sa.func.min(_record.c.guid)).where(_record.c.kind == "account")))


def say(site: Site, *texts: str, guid: str = "", **columns: Any) -> list[int]:
    return say_all(site.store, list(texts), today=TODAY, account=guid or account(site), **columns)


def post(client: FlaskClient, path: str, data: dict[str, Any]) -> Any:
    """A form sent from our own pages."""
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/alerts").text)[0]
    return client.post(path, data={"csrf_token": token, **data}, headers=OURS)


def form(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "act": "save", "name": "Menaces", "case": "Q-2", "trigger": "verbatim", "join": "all", "g0-join": "any",
        "g0-c0-what": "threat", "g0-c1-what": "keyword", "g0-c1-text": "résilier; partir", "owner": "1",
        "most_a_day": "5", "task_days": "2", "enabled": "1",
    }  # fmt: skip
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def test_a_rule_is_built_tried_switched_on_and_its_alert_handled(filled: Site) -> None:
    admin = filled.as_("sales_admin")
    say(filled, THREAT, HOSTILE, "Tout va bien.")
    tried = post(admin, "/alerts/rules/try", form())
    assert "<strong>2</strong>" in tried.text
    saved = post(admin, "/alerts/rules/new", form())
    assert saved.status_code == 303
    page = admin.get(saved.headers["Location"])
    assert 'value="résilier; partir"' in page.text
    house = filled.app.extensions["house"]
    (number,) = say(filled, HOSTILE)
    assert raise_alerts(house).raised == 1
    listed = admin.get("/alerts?whose=all")
    assert f"/alerts/{_first(filled)}" in listed.text
    detail = admin.get(f"/alerts/{_first(filled)}").text
    assert "&lt;script&gt;" in detail
    assert "<script>alert" not in detail
    assert "".join(re.findall(r"<mark[^>]*>([^<]*)</mark>", detail)) == "allons résilier"
    assert post(admin, f"/alerts/{_first(filled)}", {"state": "handled", "note": "rappelé"}).status_code == 303
    assert "rappelé" in admin.get(f"/alerts/{_first(filled)}").text
    assert number > 0


def _first(site: Site) -> int:
    found: int = Caller(site).get("/alerts").json["items"][-1]["id"]
    return found


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Give it a name"),
        ({"to": "Ann ann@x.example"}, "is not one like"),
        ({"g0-c1-text": ""}, "has no value yet"),
        ({"g0-c0-what": "satisfaction", "g0-c0-number": "120"}, "out of range"),
        ({"owner": None}, "tells nobody yet"),
        ({"letter-fr-subject": "x"}, "a subject and a text"),
    ],
)
def test_what_cannot_be_saved_is_told_and_nothing_typed_is_lost(
    filled: Site, changes: dict[str, Any], sentence: str
) -> None:
    answer = post(filled.as_("sales_admin"), "/alerts/rules/new", form(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Nothing was saved" in answer.text
    assert Caller(filled).get("/alert-rules").json["items"] == []


def test_lines_are_added_and_removed_without_any_script(filled: Site) -> None:
    admin = filled.as_("sales_admin")
    added = post(admin, "/alerts/rules/new", form(act="add:0")).text
    assert 'name="g0-c2-what"' in added
    assert 'name="g1-join"' in post(admin, "/alerts/rules/new", form(act="add-group")).text
    assert 'name="g0-c1-what"' not in post(admin, "/alerts/rules/new", form(act="remove:0:1")).text
    assert post(admin, "/alerts/rules/new", form(act="remove:9:9:x")).status_code == 200


@pytest.mark.parametrize("case", ["new", "Q-1", "Q-5b", "Q-9"])
@pytest.mark.parametrize("role", ["sales_admin", "customer_success"])
def test_every_ready_made_rule_opens_to_be_edited(filled: Site, role: str, case: str) -> None:
    assert filled.as_(role).get(f"/alerts/rules/{case}").status_code == 200


def test_alerts_are_seen_by_whom_the_crm_lets_read_the_account(filled: Site) -> None:
    caller = Caller(filled)
    wish = {"rule": _rule(), "enabled": True}
    assert caller.post("/alert-rules", wish).status_code == 201
    guid = account(filled)
    say(filled, THREAT, guid=guid)
    say_all(filled.store, [THREAT], today=TODAY, account=None)
    raise_alerts(filled.app.extensions["house"])
    assert len(caller.get("/alerts").json["items"]) == 2
    number = caller.get("/alerts").json["items"][-1]["id"]
    seller = Caller(filled, "seller")
    assert filled.crm is not None
    filled.crm.grant(oid(0), [])
    assert seller.get("/alerts").json["items"] == []
    assert told(seller.get(f"/alerts/{number}"))[0] == 404
    assert filled.as_("seller").get(f"/alerts/{number}").status_code == 404
    assert filled.as_("seller").get("/alerts/rules").status_code == 403
    filled.crm.grant(oid(0), [RecordRef(RecordKind.ACCOUNT, guid)])
    assert len(seller.get("/alerts").json["items"]) == 1


def test_the_api_writes_changes_and_tries_rules(filled: Site) -> None:
    caller = Caller(filled)
    say(filled, THREAT)
    assert caller.post("/alert-rules/try", {"rule": _rule(), "enabled": False}).json["count"] == 1
    made = caller.post("/alert-rules", {"rule": _rule(), "enabled": False})
    number = made.json["id"]
    changed = {"rule": {**_rule(), "name": "Autre"}, "enabled": True}
    assert caller.put(f"/alert-rules/{number}", changed, version=1).json["version"] == 2
    assert told(caller.put(f"/alert-rules/{number}", changed, version=1))[1] == "stale_version"
    broken = {**_rule(), "when": {"groups": [{"conditions": [{"what": "emotion", "values": ["rage"]}]}]}}
    assert told(caller.post("/alert-rules", {"rule": broken, "enabled": True}))[1] == "value_unknown"
    own = Caller(filled, "customer_success")
    assert told(own.post("/alert-rules", {"rule": _rule(), "enabled": True}))[1] == "own_rule_tells_others"
    assert told(Caller(filled, "seller").get("/alert-rules"))[1] == "wrong_role"


def test_lists_and_addresses_outside_are_kept_on_the_page(filled: Site) -> None:
    admin = filled.as_("sales_admin")
    post(admin, "/alerts/rules/lists", {"name": "Offre"})
    assert "Offre" in admin.get("/alerts/rules").text
    post(admin, "/alerts/rules/lists/1", {"addresses": "a@x.example\nb@x.example"})
    assert "b@x.example" in admin.get("/alerts/rules/lists/1").text
    refused = post(admin, "/alerts/rules/lists/1", {"addresses": "ok@x.example\n<b>no</b>"})
    assert refused.status_code == 422
    assert '<q dir="auto">&lt;b&gt;no&lt;/b&gt;</q>' in refused.text
    assert "ok@x.example\n&lt;b&gt;no&lt;/b&gt;</textarea>" in refused.text
    assert "ok@x.example" not in admin.get("/alerts/rules/lists/1").text
    post(admin, "/alerts/rules/new", form(to="agence@agences.example"))
    assert "waits for confirmation" in admin.get("/alerts/rules").text
    post(filled.as_("customer_success"), "/alerts/rules/addresses", {"address": "agence@agences.example"})
    assert "waits for confirmation" in admin.get("/alerts/rules").text
    post(admin, "/alerts/rules/addresses", {"address": "agence@agences.example"})
    assert "confirmed by" in admin.get("/alerts/rules").text


def _rule() -> dict[str, Any]:
    threat = {"groups": [{"conditions": [{"what": "threat"}]}]}
    return {"name": "Menaces", "when": threat, "recipients": {"owner": True}}


def test_an_earlier_version_and_a_removed_rule_come_back(filled: Site) -> None:
    admin = filled.as_("sales_admin")
    at = post(admin, "/alerts/rules/new", form()).headers["Location"]
    changed = post(admin, at, form(name="Autre nom", version="1", owner=None, to="a@agences.example"))
    assert changed.status_code == 303
    assert "Name, Recipients" in admin.get(at).text
    post(admin, f"{at}/restore", {"version": "1"})
    rule = Caller(filled).get("/alert-rules").json["items"][0]
    assert (rule["version"], rule["enabled"]) == (3, True)
    assert (rule["rule"]["name"], rule["rule"]["recipients"]["owner"]) == ("Menaces", True)
    gone = post(admin, f"{at}/remove", {}).headers["Location"]
    assert Caller(filled).get("/alert-rules").json["items"] == []
    assert f"{at}/back" in admin.get(gone).text
    assert post(filled.as_("customer_success"), f"{at}/back", {}).headers["Location"].endswith("fault=rule_gone")
    post(admin, f"{at}/back", {})
    assert Caller(filled).get("/alert-rules").json["items"][0]["enabled"] is True


def test_a_ready_made_rule_in_use_opens_and_a_new_rule_respects_quiet_hours(filled: Site) -> None:
    admin = filled.as_("sales_admin")
    assert 'name="urgent" value="1">' in admin.get("/alerts/rules/new").text
    at = post(admin, "/alerts/rules/new", form(enabled=None)).headers["Location"]
    page = admin.get("/alerts/rules").text
    assert f'<a class="button" href="{at}">Open the rule' in page
    assert 'href="/alerts/rules/Q-2"' not in page
    own = filled.as_("customer_success").get("/alerts/rules").text
    assert 'href="/alerts/rules/Q-2"' in own
    assert 'href="/alerts/rules/Q-8b"' not in own


def test_many_alerts_are_decided_at_once_by_who_may_see_them_and_taken_back(filled: Site) -> None:
    admin = filled.as_("sales_admin")
    post(admin, "/alerts/rules/new", form())
    say(filled, THREAT, f"{THREAT} Vraiment.", f"Oui. {THREAT}")
    raise_alerts(filled.app.extensions["house"])
    caller = Caller(filled)
    numbers = [one["id"] for one in caller.get("/alerts").json["items"]]
    caller.post(f"/alerts/{numbers[0]}/state", {"state": "confirmed"})
    assert filled.crm is not None
    filled.crm.grant(oid(1), [])
    of = {"state_shown": "open", "whose": "all", "by": "account", "of": account(filled)}
    post(filled.as_("seller", seller=1), "/alerts/decide", {**of, "number": numbers, "state": "false_alarm"})
    assert _states(caller, numbers) == ["confirmed", "new", "new"]
    done = post(admin, "/alerts/decide", {**of, "state": "handled"}).headers["Location"]
    assert _states(caller, numbers) == ["handled"] * 3
    assert "3 alerts are now: Handled." in admin.get(done).text
    wanted = re.findall(r'name="done" value="([^"]+)"', admin.get(done).text)[0]
    post(admin, "/alerts/again", {**of, "done": wanted})
    assert _states(caller, numbers) == ["confirmed", "new", "new"]


def _states(caller: Caller, numbers: list[int]) -> list[str]:
    return [caller.get(f"/alerts/{number}").json["state"] for number in numbers]


def test_the_list_leaves_as_a_file_of_what_the_reader_may_see(filled: Site) -> None:
    admin, seller = filled.as_("sales_admin"), filled.as_("seller")
    post(admin, "/alerts/rules/new", form())
    say(filled, f"=1+1 {THREAT}")
    say_all(filled.store, [THREAT], today=TODAY, account=None)
    raise_alerts(filled.app.extensions["house"])
    lines = admin.get("/alerts/export.csv?whose=all").text.splitlines()
    assert lines[0].lstrip("\ufeff") == "Alert,Account,Rule,Said on,Emotion,Text,Why,Raised on,State,Decided by,Note"
    assert len(lines) == 3
    assert f"'=1+1 {THREAT}" in lines[2]
    assert admin.get("/alerts/export.csv?whose=all&state=handled").text.splitlines()[1:] == []
    assert admin.get("/alerts/export.xlsx?whose=all").data.startswith(b"PK")
    assert filled.crm is not None
    filled.crm.grant(oid(0), [RecordRef(RecordKind.ACCOUNT, account(filled))])
    assert len(seller.get("/alerts/export.csv?whose=all").text.splitlines()) == 2


def test_what_was_done_agrees_with_its_noun_in_french(filled: Site) -> None:
    with filled.app.test_request_context(), force_locale("fr"):
        said = {sort: str(word) for sort, word in alert_words.LEFT.items()}
    assert said["person"] == said["address"] == said["letter"] == "envoyé"
    assert (said["note"], said["task"], said["list"], said["folder"]) == ("ajoutée", "créée", "faite", "déposé")


def test_customer_success_fills_lists_and_administrators_keep_them(filled: Site) -> None:
    admin, own = filled.as_("sales_admin"), filled.as_("customer_success")
    assert post(own, "/alerts/rules/lists", {"name": "Offre"}).status_code == 403
    at = post(admin, "/alerts/rules/lists", {"name": "Offre", "kind": "customers"}).headers["Location"]
    refused = post(admin, "/alerts/rules/new", form(lists="1"))
    assert "it holds customers" in refused.text
    assert post(own, at, {"name": "Autre"}).status_code == 403
    assert post(own, at, {"remove": "1"}).status_code == 403
    post(own, at, {"addresses": "=a@x.example\nBob Roy <B@x.example>"})
    with filled.store.transaction() as conn:
        of = conn.execute(sa.select(_record.c.id, _record.c.guid).where(_record.c.kind == "account")).first()
        contact = conn.scalar(sa.select(_record.c.id).where(_record.c.kind == "contact"))
        assert of is not None
        conn.execute(sa.update(_record).where(_record.c.id == contact).values(account_guid=of.guid))
        conn.execute(sa.insert(tables.table(RecordAddress)).values(record_id=contact, address="zoe@x.example"))
        alert_rules.put_on_list(conn, 1, at=NOW, account_id=of.id)
    assert "zoe@x.example" in own.get(at).text
    post(own, at, {"act": "choose", "choose": [f"account:{of.id} zoe@x.example", f"account:{of.id} other@x.example"]})
    assert "1 account without an address" in own.get(at).text
    post(own, at, {"act": "choose", "choose": [f"account:{of.id} zoe@x.example"]})
    lines = own.get(f"{at}.csv").text.splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["'=a@x.example", "b@x.example", "zoe@x.example"]
    with filled.store.transaction() as conn:
        conn.execute(sa.update(_record).where(_record.c.id == contact).values(no_bulk_mail=True))
    assert "1 entry wants no bulk mail, says the CRM" in own.get(at).text
    post(admin, "/alerts/rules/new", form(to="zoe@x.example\nother@x.example"))
    assert admin.get("/alerts/rules").text.count("no bulk mail") == 1
    lines = own.get(f"{at}.csv").text.splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["'=a@x.example", "b@x.example"]
