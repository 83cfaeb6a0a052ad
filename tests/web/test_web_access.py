"""Who may read what: the rule alone."""

import pytest

from relationship.access import AppRole, Reader, known_roles, readable
from relationship.store.reading_scope import Reach, Scope

OID = "b3e4c0de-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("roles", "reach"),
    [
        (set(), Reach.NOTHING),
        ({"privacy_officer"}, Reach.NOTHING),
        ({"seller"}, Reach.OWN),
        ({"sales_manager"}, Reach.EVERYTHING),
        ({"sales_admin"}, Reach.EVERYTHING),
        ({"customer_success"}, Reach.EVERYTHING),
        ({"seller", "privacy_officer"}, Reach.OWN),
        ({"seller", "sales_manager"}, Reach.EVERYTHING),
    ],
)
def test_roles_say_how_far_a_reader_sees(roles: set[str], reach: Reach) -> None:
    assert readable(Reader(OID, known_roles(roles))).reach is reach


def test_a_seller_sees_through_his_own_object_id() -> None:
    assert readable(Reader(OID, frozenset({AppRole.SELLER}))) == Scope(Reach.OWN, OID)


def test_somebody_without_an_object_id_sees_nothing() -> None:
    assert readable(Reader("", frozenset(AppRole))).reach is Reach.NOTHING


def test_a_role_that_we_do_not_know_gives_no_right() -> None:
    assert known_roles(["Seller", "admin", "sales_managers", ""]) == frozenset()
