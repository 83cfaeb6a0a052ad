"""Sentences of customers with the emotion a reader would name, in French: neither from films nor from letters."""

EXAMPLES = (
    ("Toute l'équipe est ravie, le déploiement est une vraie réussite.", "joy"),
    ("Votre conseillère est aimable et efficace.", "joy"),
    ("Je recommande sans hésiter.", "joy"),
    ("Un accueil chaleureux et des explications claires.", "joy"),
    ("Je suis stupéfait, je ne m'y attendais pas du tout.", "surprise"),
    ("Quelle surprise de recevoir trois colis au lieu d'un.", "surprise"),
    ("Je suis très inquiet pour la sécurité de nos données.", "fear"),
    ("Nous craignons une nouvelle coupure pendant la clôture.", "fear"),
    ("C'est inadmissible, personne ne répond.", "anger"),
    ("Vos tarifs sont scandaleux.", "anger"),
    ("On se moque de nous depuis trois semaines.", "anger"),
    ("Nous sommes attristés par le départ de notre interlocutrice.", "sadness"),
    ("Quel dommage, c'était mieux avant.", "sadness"),
    ("La cantine est immonde, j'en suis écœuré.", "disgust"),
    ("Tout se déroule comme prévu.", "calm"),
    ("Nous avons signé le bon de commande hier.", "calm"),
    ("Merci de me rappeler demain.", "calm"),
)
