"""Emotions of worked examples: expected as a reader would say, not as the code does."""

import pytest

from relationship.verbatims import Emotion, analyse

SAID = [
    # joy
    ("fr", "Toute l'équipe est ravie, le déploiement est une vraie réussite, merci !", "joy"),
    ("fr", "Votre conseillère est toujours aimable et efficace.", "joy"),
    ("fr", "Je recommande sans hésiter.", "joy"),
    ("fr", "PARFAIT", "joy"),
    ("en", "We are delighted with the rollout, thank you so much.", "joy"),
    ("en", "I am never disappointed with this team.", "joy"),
    # surprise
    ("fr", "Je suis stupéfait, je ne m'y attendais pas du tout.", "surprise"),
    ("en", "I was astonished, we did not expect that.", "surprise"),
    # fear
    ("fr", "Je suis très inquiet pour la sécurité de nos données.", "fear"),
    ("fr", "Nous craignons une nouvelle coupure pendant la clôture.", "fear"),
    ("en", "We are worried about the migration.", "fear"),
    # anger
    ("fr", "C'est inadmissible, votre support nous a encore laissés sans réponse pendant trois jours.", "anger"),
    ("fr", "Personne ne répond, c'est du foutage de gueule.", "anger"),
    ("fr", "Vos tarifs sont scandaleux.", "anger"),
    ("en", "This is unacceptable, nobody answers.", "anger"),
    # sadness
    ("fr", "Nous sommes profondément déçus et attristés par le départ de notre interlocutrice.", "sadness"),
    ("fr", "Quel dommage, c'était mieux avant.", "sadness"),
    ("en", "Sadly we are disappointed, it used to be better.", "sadness"),
    # disgust
    ("fr", "La cantine est immonde, j'en suis écœuré.", "disgust"),
    ("en", "The room was filthy and disgusting.", "disgust"),
    # calm
    ("fr", "Tout se déroule comme prévu, nous avançons tranquillement et sans souci.", "calm"),
    ("en", "Everything goes according to plan, no worries.", "calm"),
    ("fr", "Nous avons signé le bon de commande hier.", "calm"),
    ("fr", "Merci de me rappeler demain.", "calm"),
    ("en", "The invoice was sent on Monday.", "calm"),
    ("fr", "", "calm"),
]


@pytest.mark.parametrize(("language", "text", "emotion"), SAID)
def test_a_reader_would_name_the_same_emotion(language: str, text: str, emotion: str):
    assert analyse(text, language).emotion == emotion


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Je ne suis pas content du tout.", "anger"),
        ("Nous n'avons aucune inquiétude pour la suite.", "calm"),
        ("Je ne recommande pas ce service.", "anger"),
        ("Je recommande pas.", "anger"),
        ("Je ne suis pas serein.", "fear"),
        ("Nous ne sommes pas déçus.", "joy"),
        ("Je ne suis plus du tout en colère.", "calm"),
        ("Il n'est pas question d'être triste.", "calm"),
        ("Ce n'est pas seulement rapide, c'est excellent.", "joy"),
    ],
)
def test_a_negation_turns_what_it_governs(text: str, emotion: str):
    assert analyse(text, "fr").emotion == emotion


def test_a_negation_does_not_reach_into_the_next_thought():
    assert analyse("Je n'ai pas attendu, tout était parfait.", "fr").emotion is Emotion.JOY


def test_strengthening_words_raise_the_intensity_and_weakening_ones_lower_it():
    weak, plain, strong = (analyse(f"Je suis {how} déçu", "fr").intensity for how in ("un peu", "", "extrêmement"))
    assert weak < plain < strong


def test_what_follows_but_weighs_more():
    assert analyse("L'outil est bien mais le support est mauvais.", "fr").polarity < 0
    assert (
        analyse("Le support est mauvais mais l'outil est bien.", "fr").polarity
        > analyse("L'outil est bien mais le support est mauvais.", "fr").polarity
    )


def test_each_sentence_has_its_own_emotion_and_the_words_that_say_so():
    text = "L'accueil est chaleureux. Le délai est inacceptable !"
    found = analyse(text, "fr")
    assert [one.emotion for one in found.sentences] == ["joy", "anger"]
    said = {text[one.start : one.end]: one.word for one in found.spans if one.sort == "emotion"}
    assert said == {"chaleureux": "joy", "inacceptable": "anger"}


def test_accents_capitals_and_unseen_signs_do_not_count():
    plain = analyse("Je suis déçu et inquiet", "fr").amounts
    assert analyse("Je suis decu et inquiet", "fr").amounts == plain
    assert analyse("Je suis dé\u200bçu et in\u00adquiet", "fr").amounts == plain


def test_the_temperature_of_joy_is_warm_of_disgust_cold_and_of_nothing_twelve():
    assert analyse("Bonjour.", "fr").index == 12
    assert analyse("Nous sommes ravis, c'est excellent, bravo !", "fr").index > 35
    assert analyse("C'est immonde, répugnant, à vomir.", "fr").index < -15


def test_the_language_is_found_out():
    assert analyse("The support team was very helpful and answered within the hour").language == "en"
    assert analyse("Votre équipe a été très aimable et nous a répondu dans l'heure").language == "fr"


@pytest.mark.parametrize(
    ("text", "sort", "word"),
    [
        ("Vos prix sont trop élevés, nous aimerions une remise.", "sensitivities", "price"),
        ("On a changé trois fois d'interlocuteur cette année.", "sensitivities", "team_turnover"),
        ("Nous déménageons en septembre.", "moments", "move"),
        ("Je pars à la retraite en juin.", "moments", "retirement"),
        ("Nous avons racheté un confrère.", "moments", "merger"),
        ("Nous ouvrons un nouveau site à Nantes.", "moments", "opening"),
        ("Toutes nos félicitations, une naissance dans l'équipe !", "moments", "birth"),
    ],
)
def test_sensitivities_and_moments_of_life_are_found(text: str, sort: str, word: str):
    assert word in getattr(analyse(text, "fr"), sort)


def test_naming_a_price_without_feeling_is_no_sensitivity():
    assert analyse("Le prix figure sur le devis.", "fr").sensitivities == ()


def test_a_moment_that_is_denied_is_none():
    assert analyse("Nous ne déménageons pas.", "fr").moments == ()


def test_the_theme_is_told_as_deeply_as_the_words_go():
    assert "service/support/reachability" in analyse("Personne ne répond au support.", "fr").themes
    assert "price/level" in analyse("Vos prix augmentent.", "fr").themes
