"""What somebody wrote themselves, cut out of mails as the usual programs write them, and out of hostile ones."""

import pytest

from relationship.sync.shapes.own_words import LONGEST, own_words

SAID = "Je suis furieux : trois semaines sans réponse."


@pytest.mark.parametrize(
    "around",
    [
        "Bonjour,\n\n{}\n\nCordialement,\n\nPaul Roy\nDirecteur\n01 99 00 00 00",
        "{}\n\nBien à vous,\nPaul\n\nLe mar. 3 juin 2026, Avis <avis@fjord.example> a écrit :\n> Bonjour\n> Ravi ?",
        "{}\n\nLe mardi 3 juin 2026, Avis et compagnie\n<avis@fjord.example>\na écrit :\n\nBonjour",
        "Madame, Monsieur,\n\n{}\n\nDe : Avis <avis@fjord.example>\nEnvoyé : mardi\nÀ : Paul\nObjet : Avis\n\nBonjour",
        "{}\n________________________________\nDe : Avis\nEnvoyé : mardi\nObjet : Avis\n\nBonjour",
        "{}\n\n-----Message d'origine-----\nDe : Avis\nEnvoyé : mardi\n\nBonjour",
        "{}\n\nEnvoyé de mon iPhone\n\n> Le 3 juin 2026 à 10:02, Avis <avis@fjord.example> a écrit :\n>\n> Bonjour",
        "{}\n\nObtenir Outlook pour iOS<https://ios.example/o>\n\nDe : Avis\nEnvoyé : mardi\nObjet : Avis\n\nBonjour",
        "{}\n\nProvenance : Courrier<https://windows.example> pour Windows\n\nBonjour",
        "{}\n\nSent with Proton Mail secure email.",
        "{}\n\nBelle journée,\nPaul Roy\n01 99 00 00 00",
        "{}\n\nBien amicalement\nPaul Roy",
        "{}\n\nAvec mes salutations les meilleures\nPaul Roy",
        "{}\n\nBest wishes,\nPaul Roy",
        "{}\n\nCdt\nP. Roy",
        "{}\n-- \nPaul Roy",
        "{}\n\nVeuillez agréer, Madame, l'expression de mes sentiments distingués.\nPaul",
        "{}\n\nCe message et ses pièces jointes sont confidentiels et destinés à leur seul destinataire.",
        "Dear all,\n{}\nKind regards\nTom\n\nOn Tue, Jun 3, 2026 at 10:02 AM Avis <avis@fjord.example> wrote:\n> Hello",
        "{}\n\nFrom: Avis <avis@fjord.example>\nSent: Tuesday, June 3, 2026\nSubject: RE: x\n\nHello",
        "{}\n\nThis e-mail is confidential and intended solely for the addressee.",
        "Le 3 juin 2026 à 10:02, Avis <avis@fjord.example> a écrit :\n> Êtes-vous ravi ?\n>> Encore\n\n{}",
    ],
)
def test_only_the_own_words_are_left(around: str):
    for line_end in ("\n", "\r\n"):
        assert own_words(around.format(SAID).replace("\n", line_end)) == SAID


def test_thanks_close_a_mail_where_a_name_follows():
    assert own_words(f"{SAID}\n\nMerci,\n\nPaul Roy\nDirecteur\n01 99 00 00 00") == f"{SAID}\n\nMerci,"
    assert own_words(f"{SAID}\nMerci\nmais répondez-moi.") == f"{SAID}\nMerci\nmais répondez-moi."


@pytest.mark.parametrize(
    "complaint",
    [
        "Envoyé depuis trois semaines, mon dossier n'avance pas.",
        "Envoyé de mon bureau hier mais toujours rien reçu.",
        "Get Outlook to work with your app, please.",
        "Sent from our warehouse, it came back broken!",
    ],
)
def test_what_was_sent_somewhere_is_no_signature(complaint: str):
    assert own_words(f"{SAID}\n{complaint}\nMerci") == f"{SAID}\n{complaint}\nMerci"


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        "> Bonjour",
        "---------- Forwarded message ---------\nDe : Jean <j@granit.example>\nDate : mardi\n\nJe suis furieux.",
        "De : Jean\nEnvoyé : mardi\nÀ : Paul\nObjet : y\n\nJe suis furieux.",
        "\u200b\u200b\n\u00a0",
        "-- \nPaul",
        "1234 !",
    ],
)
def test_a_mail_without_own_words_says_nothing(nothing: str):
    assert own_words(nothing) == ""


def test_html_becomes_text_and_hidden_signs_go():
    page = (
        "<html><head><style>p{color:red}</style></head><body><p>Bonjour,</p><p>Je r&eacute;si\u200blie<br>demain.</p>"
        "<!-- caché --><p>Cordialement,<br>Paul</p><blockquote>Avant</blockquote></body></html>"
    )
    assert own_words(page, is_html=True) == "Je résilie\ndemain."


@pytest.mark.parametrize(
    "unit", ["a", " ", "\n", "> ", "Le 1 ", "Le 1 x\n", "From: x\n", "-", "_", "<", "<div ", "<style ", "<!--", "bien ",
             "this email mail", "rés\u200bilier ", "*_*\n", "&lt;", "\ud800", "\u202e"],
)  # fmt: skip
@pytest.mark.parametrize("is_html", [False, True])
def test_a_hostile_mail_of_100_kb_is_cut(unit: str, is_html: bool):
    assert len(own_words((unit * 100_000)[:100_000], is_html=is_html)) <= LONGEST
