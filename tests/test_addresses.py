"""One person, one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.addresses import domain_of, identity, is_colleague_identity, is_machine, normalise, telephone


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("Ines.Okafor@Fjord.example", "ines.okafor@fjord.example"),
        (" ines@fjord.example ", "ines@fjord.example"),
        ("ines+crm@fjord.example", "ines@fjord.example"),
        ("+33123@fjord.example", "+33123@fjord.example"),
        ("zoé@Exämple.example", "zoé@xn--exmple-cua.example"),
        ("ines@fjord.example.", "ines@fjord.example"),
        ("ines\x00@fjord.example", "ines@fjord.example"),
        ("/O=EXCHANGELABS/OU=X/CN=RECIPIENTS/CN=INES", None),
        ("ines", None),
        ("@fjord.example", None),
        ("ines@", None),
        ("a@b@c.example", None),
        ("x" * 250 + "@fjord.example", None),
        (None, None),
        (17, None),
    ],
)
def test_an_address_has_one_spelling(raw, address):
    assert normalise(raw) == address


@given(st.text(max_size=40))
def test_spelling_twice_changes_nothing_more(text: str):
    once = normalise(f"{text}@fjord.example")
    assert once is None or normalise(once) == once


@pytest.mark.parametrize(
    ("address", "machine"),
    [
        ("no-reply@fjord.example", True),
        ("noreply@fjord.example", True),
        ("ne-pas-repondre@fjord.example", True),
        ("mailer-daemon@fjord.example", True),
        ("bounces-4711@fjord.example", True),
        ("newsletter@fjord.example", True),
        ("norbert@fjord.example", False),
        ("nora.reply@fjord.example", False),
        ("info@fjord.example", False),
    ],
)
def test_machines_are_told_from_people(address: str, machine: bool):
    assert is_machine(address) is machine


def test_the_domain_is_what_follows_the_sign():
    assert domain_of("ines@fjord.example") == "fjord.example"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+33 1 99 00 12 34", "tel:+33199001234"),
        ("01.99.00.12.34", "tel:+33199001234"),
        ("0033 1 99 00 12 34", "tel:+33199001234"),
        ("+33 (0)1 99 00 12 34", "tel:+33199001234"),
        ("tel:+33199001234", "tel:+33199001234"),
        ("+3319900****", None),
        ("12", None),
        ("anonymous", None),
        (None, None),
    ],
)
def test_a_telephone_number_has_one_spelling(raw, number):
    assert telephone(raw) == number


def test_an_id_of_a_colleague_is_told_from_that_of_a_contact():
    assert is_colleague_identity(identity("systemuser", "A1"))
    assert is_colleague_identity(identity("user", "A1"))
    assert not is_colleague_identity(identity("contact", "A1"))
    assert identity("contact", "A1") == "contact:a1"
