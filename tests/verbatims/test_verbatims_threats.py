"""Threats to leave: said, hinted at, conditional, denied, and the same words about somebody else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.verbatims import analyse

SAID = [
    (
        "fr",
        "Si rien ne change d'ici vendredi, nous résilierons le contrat et partirons à la concurrence.",
        "conditional",
    ),
    ("fr", "Nous souhaitons résilier notre contrat.", "decided"),
    ("fr", "Nous ne renouvellerons pas notre abonnement.", "decided"),
    ("fr", "Nous n'avons pas d'autre choix que de résilier le contrat.", "decided"),
    ("fr", "Sans geste de votre part, je pars à la concurrence.", "conditional"),
    ("fr", "Nous pensons à changer de prestataire.", "considering"),
    ("fr", "Nous n'excluons pas de partir à la concurrence.", "considering"),
    ("fr", "Comment résilier mon contrat ?", "considering"),
    ("fr", "je veux resilier mon abonnement", "decided"),
    ("fr", "Vous venez de perdre un client.", "decided"),
    ("en", "If nothing changes by Friday, we will cancel the contract and move to a competitor.", "conditional"),
    ("en", "We won't be renewing our contract.", "decided"),
    ("en", "We are looking for another provider.", "considering"),
    # nobody leaves
    ("fr", "Je ne compte pas résilier.", ""),
    ("fr", "Nous n'allons pas résilier notre contrat.", ""),
    ("fr", "Nous n'avons aucune intention de partir.", ""),
    ("fr", "Nous avons quitté un concurrent pour vous.", ""),
    ("fr", "Impossible de quitter l'application sans la bloquer.", ""),
    ("fr", "Nous ne partirons pas à la concurrence.", ""),
    ("fr", "Je pars à la retraite.", ""),
    ("fr", "Vous êtes moins cher que la concurrence.", ""),
    ("en", "I don't want to cancel my subscription.", ""),
    ("en", "We have no intention of leaving.", ""),
    ("en", "Please cancel the meeting on Friday.", ""),
]


@pytest.mark.parametrize(("language", "text", "kind"), SAID)
def test_a_reader_would_see_the_same_threat(language: str, text: str, kind: str):
    found = analyse(text, language).threat
    assert (found.kind if found else "") == kind


def test_a_decision_is_graver_than_a_condition_and_that_than_a_thought():
    degrees = [
        analyse(text, "fr").threat.degree
        for text in (
            "Nous pensons à changer de prestataire.",
            "Si rien ne change, nous résilions notre contrat.",
            "Nous résilions notre contrat.",
        )
    ]
    assert degrees == sorted(degrees)
    assert all(0 < degree <= 1 for degree in degrees)


def test_a_threat_is_found_in_a_polite_text_and_is_a_theme():
    found = analyse("Bonjour, nous vous remercions. Nous mettons fin à notre contrat. Bien cordialement", "fr")
    assert found.threat is not None
    assert "risk/threat" in found.themes


NEUTRAL = ["Le dossier porte le numéro 42.", "Nous avons reçu la facture.", "La réunion est à dix heures."]


@given(st.sampled_from([text for language, text, _ in SAID if language == "fr"]), st.sampled_from(NEUTRAL))
@settings(max_examples=30)
def test_a_neutral_sentence_beside_it_makes_and_hides_no_threat(text: str, neutral: str):
    alone = analyse(text, "fr").threat
    both = analyse(f"{neutral} {text} {neutral}", "fr").threat
    assert (alone and (alone.kind, alone.degree)) == (both and (both.kind, both.degree))
