"""Machines that write in somebody's name are told from people."""

import pytest

from relationship.sync.shapes.automatic import is_automatic


@pytest.mark.parametrize(
    ("headers", "subject", "automatic"),
    [
        ([{"name": "Auto-Submitted", "value": "auto-replied"}], "", True),
        ([{"name": "AUTO-SUBMITTED", "value": " Auto-Generated; x=y "}], "", True),
        ([{"name": "Auto-Submitted", "value": "no"}], "", False),
        ([{"name": "Precedence", "value": "bulk"}], "", True),
        ([{"name": "Precedence", "value": "list"}], "", False),
        ([{"name": "X-Auto-Response-Suppress", "value": "All"}], "", False),  # Exchange writes it on people's mail too
        ([{"name": None}, {}], "", False),
        ([], "Réponse automatique : Offre 118", True),
        ([], "Reponse automatique: Offre 118", True),
        ([], "  Absence du bureau", True),
        ([], "Automatic reply: Offer 118", True),
        ([], "Out of Office: Offer 118", True),
        ([], "Abwesenheitsnotiz: Angebot 118", True),
        ([], "Re: Réponse automatique de votre formulaire", False),
        ([], "Offre 118", False),
        ([], "", False),
    ],
)
def test_f32_headers_and_first_words_tell_an_automatic_mail(headers, subject, automatic):
    assert is_automatic(headers, subject) is automatic
