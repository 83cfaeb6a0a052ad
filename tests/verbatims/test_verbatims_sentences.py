"""Sentences that were misunderstood once, and others of their kinds, half of which look like threats and are none.

The second table was written after the lists had been mended, by the same people: 52 of its 60 sentences were understood
at the first reading (30 of 36 to be found, 22 of 24 traps). What was missed went into the lists as kinds, not as
sentences; the one still missed stands at the end.
"""

import pytest

from relationship.verbatims import analyse

# Language, text, threat, feelings a reader would accept ('' any), what must be named, what must not be.
Row = tuple[str, str, str, str, str, str]
MENDED: list[Row] = [
    ("fr", "Nous étudions actuellement d'autres solutions du marché.", "considering", "", "", ""),
    ("fr", "Nous ne resterons pas chez vous un an de plus.", "decided", "", "", ""),
    ("en", "I don't think we will stay with you after this.", "considering", "", "", ""),
    ("fr", "Sans amélioration, nous irons chez Dupont.", "conditional", "", "", ""),
    ("en", "If you raise prices again we're out.", "conditional", "", "price", ""),
    ("fr", "Adieu, vous m'avez perdu comme client.", "decided", "", "", ""),
    ("fr", "J'arrête là, envoyez-moi mes données.", "decided", "", "", ""),
    ("fr", "À ce prix-là, autant aller voir ailleurs.", "considering", "", "", ""),
    ("en", "Your price is too high, we need a discount to stay with you.", "conditional", "negative", "price", ""),
    ("fr", "Je vous quitte, j'ai une réunion.", "", "neutral", "", ""),
    ("fr", "Votre concurrent va résilier ses accords avec nous.", "", "neutral", "", ""),
    ("fr", "Nous quittons nos locaux actuels pour nous installer à Bordeaux.", "", "neutral", "move", ""),
    ("en", "I'm leaving the company at the end of the month.", "", "neutral", "contact_change", ""),
    ("fr", "Notre contrat arrive à échéance, nous allons lancer un appel d'offres.", "considering", "", "", ""),
    ("fr", "Je ne dirais pas que je suis satisfait.", "", "negative", "", ""),
    ("fr", "Je suis tout sauf content.", "", "negative", "", ""),
    ("fr", "Je ne recommande à personne.", "", "negative", "", ""),
    ("fr", "Nous n'avons aucune intention de changer de prestataire.", "", "neutral positive", "", ""),
    ("fr", "Le service après-vente laisse à désirer.", "", "negative", "", ""),
    ("en", "The product isn't worth the money.", "", "negative", "", ""),
    ("en", "We don't plan to leave, but the last invoice was shockingly high.", "", "negative", "price", ""),
    ("en", "Our budget was cut so we are negotiating.", "", "", "price", ""),
    ("fr", "On négocie car le budget a été réduit.", "", "", "price", ""),
    (
        "fr",
        "On a changé trois fois d'interlocuteur, on n'en peut plus de tout réexpliquer.",
        "",
        "negative",
        "team_turnover",
        "",
    ),
    ("fr", "On a changé trois fois d'interlocuteur cette année, c'est fatigant.", "", "negative", "team_turnover", ""),
    (
        "fr",
        "Nous avons levé dix millions d'euros et recrutons vingt personnes.",
        "",
        "neutral positive",
        "funding hiring",
        "",
    ),
    ("fr", "Nous avons reçu une offre plus intéressante ailleurs.", "considering", "neutral negative", "", ""),
    ("fr", "Je viens d'avoir un bébé.", "", "neutral positive", "birth", ""),
    ("en", "The new account manager never calls back; the previous one was wonderful.", "", "negative", "", ""),
    ("en", "I would have liked a call back. Never heard from anyone.", "", "negative", "", ""),
    ("fr", "Merci, tout est parfait, sauf la facture qui est fausse.", "", "neutral", "", ""),
    (
        "fr",
        "L'outil fait ce qu'on attend de lui. Les tarifs sont un peu élevés, une remise serait la bienvenue.",
        "",
        "neutral positive",
        "price",
        "delay",
    ),
    ("fr", "Ma femme attend un heureux événement.", "", "", "birth", "delay"),
    ("fr", "Bravo, encore une panne le jour de la clôture, quel professionnalisme !", "", "", "", ""),
    ("fr", "Quel plaisir d'attendre 45 minutes au téléphone.", "", "negative", "", ""),
    ("fr", "Ce n'est pas mauvais du tout.", "", "neutral positive", "", ""),
    ("fr", "Si le tarif augmente encore, nous partirons à la concurrence.", "conditional", "", "price", ""),
    ("en", "We are not going to renew.", "decided", "", "", ""),
    ("en", "Unless you fix this we will cancel our contract.", "conditional", "", "", ""),
    ("fr", "Je pars à la retraite.", "", "", "retirement", ""),
    ("fr", "Merci de procéder à la résiliation de notre contrat.", "decided", "", "", ""),
    ("en", "Don't worry, we're not going anywhere.", "", "", "", ""),
    ("fr", "On ne peut pas se plaindre.", "", "neutral positive", "", ""),
    ("fr", "C'est pas top.", "", "negative neutral", "", ""),
]
SAME_KINDS: list[Row] = [
    ("fr", "Nous examinons sérieusement les offres de deux autres éditeurs.", "considering", "", "", ""),
    ("fr", "Nous ne continuerons pas avec vous après décembre.", "decided", "", "", ""),
    ("fr", "Sans réponse d'ici lundi, nous passerons chez Martin et Fils.", "conditional", "", "", ""),
    ("fr", "Vous nous avez perdus comme clients.", "decided", "", "", ""),
    ("fr", "À ce tarif, mieux vaut changer de fournisseur.", "considering", "", "", ""),
    ("fr", "Pour rester chez vous, il nous faudrait un vrai geste sur le prix.", "conditional", "", "price", ""),
    ("fr", "Un confrère nous a fait une proposition bien moins chère ailleurs.", "considering", "", "", ""),
    ("fr", "On ne peut pas dire que l'assistance soit efficace.", "", "negative", "", ""),
    ("fr", "Ils sont tout sauf réactifs.", "", "negative", "", ""),
    ("fr", "Je ne conseille ce logiciel à personne.", "", "negative", "", ""),
    ("fr", "La qualité des rapports laisse franchement à désirer.", "", "negative", "quality", ""),
    ("fr", "Nous avons levé trois millions au printemps.", "", "neutral positive", "funding", ""),
    ("fr", "Ma collègue vient d'avoir des jumeaux.", "", "", "birth", ""),
    ("fr", "Le précédent conseiller était vraiment formidable.", "", "negative neutral", "", ""),
    ("fr", "Les budgets ont été coupés de moitié cette année.", "", "", "price", ""),
    ("fr", "C'est épuisant de répéter la même histoire à chaque appel.", "", "negative", "", ""),
    ("fr", "J'aurais apprécié qu'on me rappelle.", "", "negative", "", ""),
    ("fr", "Tout est très bien, hormis la livraison qui est toujours en retard.", "", "neutral negative", "", ""),
    ("fr", "Je vous quitte, mon train part dans dix minutes.", "", "neutral", "", ""),
    ("fr", "Vos concurrents vont perdre leurs clients à ce rythme.", "", "", "", ""),
    ("fr", "Nous quitterons nos bureaux de Lille en mars.", "", "neutral", "move", ""),
    ("fr", "Je quitte mes fonctions le 30 juin, ma remplaçante s'appelle Léa.", "", "neutral", "contact_change", ""),
    ("fr", "Nous étudions d'autres modules de votre catalogue.", "", "neutral positive", "", ""),
    ("fr", "Nous passerons chez vous mardi pour la formation.", "", "neutral positive", "", ""),
    ("fr", "Nos clients résilient rarement leur abonnement.", "", "", "", ""),
    ("fr", "Nous n'avons pas l'intention de quitter votre solution.", "", "neutral positive", "", ""),
    (
        "fr",
        "Le colis attendu est arrivé, il fait ce qu'on attend d'un bon produit.",
        "",
        "neutral positive",
        "",
        "delay",
    ),
    ("fr", "L'ancien prestataire était catastrophique, avec vous tout va bien.", "", "positive neutral", "", ""),
    ("fr", "Je ne recommande que cette équipe.", "", "positive", "", ""),
    ("fr", "Pas question de partir, nous sommes contents de rester chez vous.", "", "positive", "", ""),
    ("en", "We are currently evaluating other vendors.", "considering", "", "", ""),
    ("en", "We won't be staying with you next year.", "decided", "", "", ""),
    ("en", "Fix the outages or we are out.", "conditional", "", "availability", ""),
    ("en", "You have lost us as a customer.", "decided", "", "", ""),
    ("en", "At this price we might as well look elsewhere.", "considering", "", "", ""),
    ("en", "To stay with you we would need a lower price.", "conditional", "", "price", ""),
    ("en", "We have received a more attractive quote from another firm.", "considering", "", "", ""),
    ("en", "I wouldn't say the support is good.", "", "negative", "", ""),
    ("en", "The onboarding was anything but smooth.", "", "negative", "", ""),
    ("en", "The documentation leaves a lot to be desired.", "", "negative", "training", ""),
    ("en", "It is not worth the price.", "", "negative", "price", ""),
    ("en", "We have just raised eight million in funding.", "", "neutral positive", "funding", ""),
    ("en", "My wife and I just had a baby girl.", "", "", "birth", ""),
    ("en", "Our former consultant was brilliant.", "", "negative neutral", "", ""),
    ("en", "Our budget has been slashed this year.", "", "", "price", ""),
    ("en", "It is exhausting to explain our case again and again.", "", "negative", "", ""),
    ("en", "I would have appreciated an answer.", "", "negative", "", ""),
    (
        "en",
        "Everything is great, except the billing, which is wrong every month.",
        "",
        "neutral negative",
        "contract",
        "",
    ),
    ("en", "I must leave you now, my train is here.", "", "neutral", "", ""),
    ("en", "Your competitor is going to cancel its summer fair.", "", "", "", ""),
    ("en", "We are leaving our offices in Leeds for a bigger building.", "", "", "move", ""),
    ("en", "I am leaving my position in June, Sam will take over from me.", "", "neutral", "contact_change", ""),
    ("en", "We are out of office until Monday.", "", "neutral", "", ""),
    ("en", "We are considering other modules of your suite.", "", "", "", ""),
    ("en", "We are happy to stay with you for another year.", "", "positive", "", ""),
    ("en", "We have no plans to leave.", "", "", "", ""),
    ("en", "Our customers often cancel their subscription in summer.", "", "", "", ""),
    ("en", "The previous vendor was awful, you are a relief.", "", "positive neutral", "", ""),
    ("en", "I would never go with another supplier.", "", "", "", ""),
]

# Kinds that were missed in sentences written without a look at the lists, with their traps.
LATER: list[Row] = [
    ("fr", "Nous irons chez Dupont jeudi.", "", "neutral", "", ""),
    ("fr", "Demain, nous irons chez Dupont à 14 h pour la visite.", "", "neutral", "", ""),
    ("fr", "Si rien ne change d'ici lundi, nous irons chez Dupont.", "conditional", "", "", ""),
    ("fr", "Nous irons chez Dupont, c'est tout.", "decided", "", "", ""),
    ("fr", "Si vous ne baissez pas vos prix, nous partons.", "conditional", "", "", ""),
    ("fr", "Si le temps le permet, nous partons à huit heures.", "", "neutral", "", ""),
    ("fr", "Si vous êtes d'accord, nous partons sur cette base.", "", "", "", ""),
    ("en", "If you don't lower your prices, we walk.", "conditional", "", "", ""),
    ("en", "Unless the weather is bad, we walk to your office.", "", "", "", ""),
    ("fr", "Je me tourne vers un autre fournisseur.", "decided", "negative", "", ""),
    ("fr", "Plus jamais je ne commanderai chez vous.", "decided", "negative", "", ""),
    ("fr", "Votre concurrent nous propose la même chose pour 20 % de moins.", "considering", "", "price", ""),
    ("fr", "On nous avait promis un rappel sous 24 h, personne n'a rappelé.", "", "negative", "", ""),
    ("fr", "C'est exactement ce qu'on nous avait promis, parfait.", "", "positive", "", ""),
    ("fr", "Je suis inquiet pour lundi, rien n'est prêt.", "", "negative", "", ""),
    ("fr", "En dix ans, je n'ai jamais eu à me plaindre de vos équipes.", "", "positive", "", ""),
    ("fr", "La lisibilité des factures est à améliorer.", "", "negative", "", ""),
    ("fr", "Vous cherchez à améliorer vos services, bravo.", "", "positive", "", ""),
    ("fr", "L'application plante dès que je lance un export.", "", "negative", "", "international"),
    ("fr", "Nous exportons désormais vers le Canada.", "", "", "international", ""),
    ("fr", "On ouvre une troisième boutique à Lyon.", "", "", "opening", ""),
    ("en", "Nobody replied to my last three emails.", "", "negative", "", ""),
    ("en", "Your team saved our event, we can't thank you enough.", "", "positive", "", ""),
    ("en", "You've got to be kidding me, another price hike.", "", "negative", "price", ""),
]


@pytest.mark.parametrize(
    ("language", "text", "threat", "feelings", "named", "not_named"), [*MENDED, *SAME_KINDS, *LATER]
)
def test_a_reader_would_understand_the_same(
    language: str, text: str, threat: str, feelings: str, named: str, not_named: str
):
    found = analyse(text, language)
    said = {*found.sensitivities, *found.moments}
    assert (found.threat.kind if found.threat else "") == threat
    assert not feelings or found.feeling in feelings.split()
    assert set(named.split()) <= said
    assert said.isdisjoint(not_named.split())


def test_praise_in_passing_stays_neutral():
    """Two mild words ("better", "thank you") are not enough for a favourable opinion."""
    assert analyse("You gave us a better price than last year, thank you.", "en").feeling == "neutral"


@pytest.mark.parametrize(
    ("text", "emotions"),
    [
        (
            "L'outil fait ce qu'on attend de lui. Les tarifs sont un peu élevés, une remise serait la bienvenue.",
            "calm joy",
        ),
        ("Notre contrat arrive à échéance, nous allons lancer un appel d'offres.", "calm"),
        ("Nous avons levé dix millions d'euros et recrutons vingt personnes.", "calm joy"),
        ("Votre concurrent va résilier ses accords avec nous.", "calm"),
        ("On a changé trois fois d'interlocuteur cette année, c'est fatigant.", "sadness anger"),
        ("Je ne recommande à personne.", "anger sadness"),
        ("Aucun commentaire.", "calm"),
        ("Aucune remarque particulière", "calm"),
        ("Ma collègue Claire vous rappellera.", "calm"),
    ],
)
def test_nothing_is_felt_where_nobody_says_so(text: str, emotions: str):
    assert analyse(text, "fr").emotion in emotions.split()


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("Les tarifs sont un peu élevés, une remise serait la bienvenue.", 1),
        ("Nous aimerions une remise.", 1),
        ("Vos prix sont trop élevés, nous aimerions une remise.", 2),
        ("C'est hors de prix !", 3),
        ("Vos prix sont trop élevés. Encore une hausse cette année, c'est pénible.", 3),
        ("Si vos tarifs augmentent encore beaucoup, nous partirons à la concurrence.", 3),
    ],
)
def test_how_strongly_price_matters_shows_in_words_repetition_and_threats(text: str, degree: int):
    assert analyse(text, "fr").degrees["price"] == degree


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Nous pensons à changer de prestataire.", 1),
        ("Nous pensons à changer de prestataire. Nous étudions d'autres solutions.", 2),
        ("Si rien ne change, nous résilions notre contrat.", 2),
        ("Si rien ne change, nous résilions notre contrat !", 3),
        ("Nous résilions notre contrat.", 3),
    ],
)
def test_a_threat_is_graver_said_strongly_or_twice(text: str, level: int):
    found = analyse(text, "fr").threat
    assert found is not None
    assert found.level == level


@pytest.mark.parametrize(
    ("text", "satisfaction", "recommendation", "contradiction"),
    [
        ("Bravo, encore une panne le jour de la clôture, quel professionnalisme !", None, 0, "kinder_than_score"),
        ("Merci, formidable.", 20, None, "kinder_than_score"),
        ("C'est inadmissible, vous êtes injoignables.", 95, None, "harsher_than_score"),
        ("Merci, formidable.", 90, 10, ""),
        ("Merci, formidable.", 10, 10, ""),
        ("Merci, formidable.", None, None, ""),
    ],
)
def test_a_score_that_says_otherwise_than_the_words_is_told(
    text: str, satisfaction: float | None, recommendation: float | None, contradiction: str
):
    found = analyse(text, "fr", satisfaction=satisfaction, recommendation=recommendation)
    assert found.contradiction == contradiction
