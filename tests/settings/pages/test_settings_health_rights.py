"""Rights to the health fields of accounts: who holds which by default, the page and the API that change them."""

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from settings_site import SAME_SITE, token
from web_site import Site

sys.path.insert(0, str(Path(__file__).parents[2] / "web" / "api"))

from api_caller import Caller, told

from relationship.access import AppRole, Reader, health_rights, may
from relationship.store import rules
from settings.rules import HealthRight, HealthRights

LIST, ADD, EDIT = HealthRight
PAGE = "/settings/health-rights"


def boxes(**changes: tuple[str, ...]) -> dict[str, object]:
    """The form as it stands at first, with some rights held by others."""
    everybody = ("seller", "sales_manager", "sales_admin", "customer_success")
    start = {"may_list": everybody, "may_add": everybody[2:], "may_edit": everybody[2:]}
    return {"version": "0", **{name: list(roles) for name, roles in {**start, **changes}.items()}}


def save(site: Site, form: dict[str, object], role: str = "sales_admin"):
    client = site.as_(role)
    shown = client.get("/settings/health-rights" if role == "sales_admin" else "/accounts").text
    return client.post(PAGE, data={"csrf_token": token(shown), **form}, headers=SAME_SITE)


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("seller", {LIST}),
        ("sales_manager", {LIST}),
        ("sales_admin", {LIST, ADD, EDIT}),
        ("customer_success", {LIST, ADD, EDIT}),
        ("privacy_officer", set()),
    ],
)
def test_at_first_administrators_and_customer_success_write_and_whoever_reads_records_sees(role, rights):
    assert health_rights(Reader("oid-1", frozenset({AppRole(role)})), HealthRights()) == rights


def test_a_right_is_held_by_any_of_several_roles_and_by_nobody_without_an_identity():
    section = HealthRights(may_add=("seller",), may_edit=())
    both = frozenset({AppRole.SALES_MANAGER, AppRole.SELLER})
    assert may(Reader("oid-1", both), ADD, section)
    assert not may(Reader("oid-1", both), EDIT, section)
    assert not may(Reader("", both), LIST, section)


def test_whoever_may_write_has_to_see():
    with pytest.raises(ValidationError) as refused:
        HealthRights(may_list=("sales_admin",), may_edit=("seller", "sales_admin"), may_add=())
    assert refused.value.errors()[0]["type"] == "writes_unseen"


def test_the_page_gives_and_takes_rights_which_hold_at_the_next_request(small_site: Site):
    answer = save(small_site, boxes(may_edit=("sales_manager", "sales_admin")))
    assert answer.status_code == 303
    with small_site.store.reading() as conn:
        version, present = rules.current(conn)
    assert (version, present.health_rights.may_edit) == (1, ("sales_manager", "sales_admin"))
    history = small_site.as_("sales_admin").get("/settings/history?lang=en").text
    assert "Who changes health fields of accounts" in history


def test_the_page_refuses_a_role_that_would_write_unseen_and_keeps_what_was_ticked(small_site: Site):
    answer = save(small_site, boxes(may_list=("sales_admin",), may_add=("sales_admin",), may_edit=("seller",)))
    assert answer.status_code == 422
    assert "Whoever adds or edits has to see the fields too." in answer.text
    assert 'value="seller" checked aria-label="Sellers: Edit"' in answer.text


def test_only_administrators_change_rights(small_site: Site):
    assert small_site.as_("sales_manager").get(PAGE).status_code == 403
    assert save(small_site, boxes(), role="customer_success").status_code == 403


def test_the_api_changes_rights_from_a_stated_version(small_site: Site):
    caller = Caller(small_site)
    wanted = {"may_list": ["sales_admin", "seller"], "may_add": [], "may_edit": ["sales_admin"]}
    answer = caller.put("/settings/health-rights", wanted, version=0)
    assert (answer.status_code, answer.json["version"]) == (200, 1)
    assert caller.get("/settings").json["health_rights"]["may_list"] == ["seller", "sales_admin"]
    assert told(caller.put("/settings/health-rights", wanted, version=0))[1] == "stale_version"
    unseen = {**wanted, "may_add": ["customer_success"]}
    assert told(caller.put("/settings/health-rights", unseen, version=1))[1] == "writes_unseen"
    assert told(Caller(small_site, "seller").put("/settings/health-rights", wanted, version=1))[0] == 403
