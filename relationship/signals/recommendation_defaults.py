"""The catalogue of recommendations that an organisation begins with. Texts in French and English.

What leads to what follows the published practice of customer success: use falls, offer training; silence, contact
again; a sponsor or champion gone, an introduction to whoever decides now; several risks or a low score, a review
within seven days; a deal without activity for a month, decide about it.
"""

from relationship.signals.recommendations import Recommendation, Way, Words

_HELLO_FR, _HELLO_EN = "Bonjour {contact},\n\n", "Hello {contact},\n\n"
_BYE_FR, _BYE_EN = "\n\nBien cordialement,\n{me}", "\n\nKind regards,\n{me}"


def _fr(title: str, advice: str, subject: str, body: str, agenda: str = "") -> Words:
    return Words(title, advice, subject, f"{_HELLO_FR}{body}{_BYE_FR}", agenda)


def _en(title: str, advice: str, subject: str, body: str, agenda: str = "") -> Words:
    return Words(title, advice, subject, f"{_HELLO_EN}{body}{_BYE_EN}", agenda)


DEFAULTS: tuple[Recommendation, ...] = (
    Recommendation(
        "emergency-review",
        Way.MEETING,
        7,
        ("H-X3", "score.churn", "score.health"),
        _fr(
            "Tenir une revue d’urgence sous 7\u00a0jours",
            "Réunissez le client et les bons interlocuteurs chez vous\u00a0: ce qui ne va pas, qui corrige quoi, "
            "et pour quand.",
            "{account}\u00a0: faire le point rapidement",
            "Je souhaite faire le point avec vous cette semaine, pour comprendre ce qui ne va pas et convenir de "
            "ce que nous corrigeons.",
            "Ce qui ne va pas aujourd’hui\nCe que vous attendez de nous\nQui fait quoi, et pour quand\nDate du "
            "prochain point",
        ),
        _en(
            "Hold an emergency review within 7 days",
            "Bring the customer and the right people of yours together: what is wrong, who puts it right, and by when.",
            "{account}: a quick review",
            "I would like to review with you this week what is not working, and agree on what we put right.",
            "What is wrong today\nWhat you expect of us\nWho does what, and by when\nDate of the next review",
        ),
    ),
    Recommendation(
        "contact-again",
        Way.MAIL,
        3,
        ("H-R4", "H-R6", "H-P3", "H-X2.rarer", "H-X2.slower", "H-X2.fewer", "H-X2.cancelled"),
        _fr(
            "Relancer le contact",
            "Reprenez contact avec une question utile pour le client, plutôt qu’avec une simple relance.",
            "{account}\u00a0: où en êtes-vous\u00a0?",
            "Nous n’avons pas échangé depuis quelque temps. Où en êtes-vous de vos projets, et sur quoi "
            "pouvons-nous vous être utiles\u00a0?",
            "Vos priorités du moment\nCe qui vous freine\nLa prochaine étape",
        ),
        _en(
            "Contact again",
            "Get back in touch with a question that helps the customer, rather than with a mere reminder.",
            "{account}: how are things going?",
            "We have not been in touch for a while. How are your projects going, and where can we be of use?",
            "Your priorities now\nWhat holds you back\nThe next step",
        ),
    ),
    Recommendation(
        "training",
        Way.MAIL,
        14,
        ("H-R1", "H-R2", "H-R3"),
        _fr(
            "Offrir une formation",
            "L’usage baisse souvent parce que de nouvelles personnes n’ont pas été accompagnées\u00a0: proposez "
            "une séance courte sur ce qui leur sert.",
            "{account}\u00a0: une formation pour vos équipes",
            "Nous proposons à vos équipes une séance de formation d’une heure sur les fonctions qui leur "
            "serviraient le plus. Quelles personnes y gagneraient, et quand cela vous conviendrait-il\u00a0?",
            "Ce que font vos équipes aujourd’hui\nFonctions utiles et démonstration\nQuestions\nSuite",
        ),
        _en(
            "Offer training",
            "Use often falls because new people were never shown around: offer a short session on what helps them.",
            "{account}: training for your teams",
            "We offer your teams a one-hour session on the features that would help them most. Who would gain "
            "from it, and when would it suit you?",
            "What your teams do today\nUseful features, shown\nQuestions\nWhat comes next",
        ),
    ),
    Recommendation(
        "introduction",
        Way.INTRODUCTION,
        10,
        ("H-X2.decider", "H-X2.champion", "H-R5"),
        _fr(
            "Demander une présentation au nouveau décideur",
            "Trouvez le collègue qui connaît déjà cette personne et demandez-lui de vous présenter.",
            "{account}\u00a0: prise de contact",
            "Je suis votre interlocuteur pour {account} et je serais heureux de me présenter et de comprendre "
            "vos priorités.",
            "Présentations\nVos priorités\nCe que nous faisons ensemble aujourd’hui",
        ),
        _en(
            "Ask for an introduction to the new decision-maker",
            "Find the colleague who knows this person already and ask to be introduced.",
            "{account}: getting to know each other",
            "I look after {account}, and would be glad to introduce myself and learn about your priorities.",
            "Introductions\nYour priorities\nWhat we do together today",
        ),
    ),
    Recommendation(
        "sponsor",
        Way.TASK,
        7,
        ("H-R5", "H-R7", "H-R9", "H-X2.champion", "H-X3", "score.churn"),
        _fr(
            "Impliquer le sponsor",
            "Demandez à la personne de votre direction qui suit ce client d’appeler son homologue.",
            "{account}\u00a0: un échange entre nos directions",
            "Nous aimerions organiser un échange entre nos deux directions sur ce que nous faisons ensemble.",
            "Où nous en sommes\nCe qui change chez vous\nEngagements de part et d’autre",
        ),
        _en(
            "Involve the sponsor",
            "Ask the executive of yours who follows this customer to call his or her counterpart.",
            "{account}: a word between our executives",
            "We would like to arrange a word between our executives about what we do together.",
            "Where we stand\nWhat changes on your side\nCommitments on both sides",
        ),
    ),
    Recommendation(
        "qbr",
        Way.MEETING,
        21,
        ("H-R2", "H-R7", "H-R9", "H-X1", "H-O4", "H-O5", "score.health"),
        _fr(
            "Organiser un QBR",
            "Faites le bilan de la période avec le client\u00a0: usage, résultats, risques, plan d’action. Le "
            "document se prépare depuis le compte.",
            "{account}\u00a0: notre prochaine revue",
            "Je vous propose de faire ensemble le bilan des derniers mois et de convenir de la suite.",
            "Bilan de la période\nUsage et santé\nOpportunités et risques\nPlan d’action",
        ),
        _en(
            "Organise a QBR",
            "Review the period with the customer: use, results, risks, action plan. The document is prepared "
            "from the account.",
            "{account}: our next business review",
            "I suggest that we review the last months together and agree on what comes next.",
            "Review of the period\nUse and health\nOpportunities and risks\nAction plan",
        ),
    ),
    Recommendation(
        "value-case",
        Way.TASK,
        10,
        ("H-R8", "H-X4", "H-X5"),
        _fr(
            "Défendre la valeur",
            "Préparez ce que le client a gagné avec vous, en chiffres, avant de parler de prix ou de concurrence.",
            "{account}\u00a0: ce que nous avons accompli ensemble",
            "J’ai rassemblé les résultats obtenus ensemble ces derniers mois et j’aimerais vous les présenter.",
            "Résultats obtenus\nCe qui compte pour vous\nOptions",
        ),
        _en(
            "Make the case for value",
            "Prepare what the customer has gained with you, in figures, before talking of prices or competitors.",
            "{account}: what we have achieved together",
            "I have put together the results of the last months and would like to present them to you.",
            "Results achieved\nWhat matters to you\nOptions",
        ),
    ),
    Recommendation(
        "renewal",
        Way.TASK,
        10,
        ("H-X1",),
        _fr(
            "Préparer le renouvellement",
            "Vérifiez qui décide, ce qui a été promis et ce qui manque, avant d’envoyer la proposition.",
            "{account}\u00a0: votre renouvellement",
            "Votre contrat arrive bientôt à échéance. Quand pourrions-nous en parler\u00a0?",
            "Bilan\nBesoins de l’année à venir\nConditions et calendrier",
        ),
        _en(
            "Prepare the renewal",
            "Check who decides, what was promised and what is missing, before sending the proposal.",
            "{account}: your renewal",
            "Your contract is coming up for renewal. When could we talk about it?",
            "Review\nNeeds of the coming year\nTerms and timetable",
        ),
    ),
    Recommendation(
        "upgrade",
        Way.MAIL,
        14,
        ("H-O1", "H-O2", "H-O3", "H-O4", "H-O5", "H-O6", "score.upsell"),
        _fr(
            "Proposer une montée en gamme",
            "Partez de l’usage constaté ou du besoin exprimé, et proposez l’offre qui y répond.",
            "{account}\u00a0: aller plus loin",
            "Vos équipes tirent de plus en plus parti de notre solution. J’aimerais vous montrer ce qui pourrait "
            "vous faire gagner davantage.",
            "Votre usage aujourd’hui\nVos besoins\nCe que nous proposons",
        ),
        _en(
            "Propose an upgrade",
            "Start from the use that is seen or the need that was told, and propose what answers it.",
            "{account}: going further",
            "Your teams make more and more of our product. I would like to show you what could help them further.",
            "Your use today\nYour needs\nWhat we propose",
        ),
    ),
    Recommendation(
        "review-probability",
        Way.TASK,
        3,
        ("H-P2",),
        _fr(
            "Revoir la probabilité",
            "Comparez la probabilité saisie avec l’étape et l’activité réelle, et corrigez-la dans le CRM.",
            "{opportunity}\u00a0: où en est votre décision\u00a0?",
            "Pour bien nous préparer, pourriez-vous me dire où en est votre décision et ce qu’il reste à "
            "valider\u00a0?",
            "Où en est la décision\nCe qu’il reste à valider\nCalendrier",
        ),
        _en(
            "Review the probability",
            "Compare the probability entered with the stage and with what really happens, and correct it in the CRM.",
            "{opportunity}: where does your decision stand?",
            "So that we prepare well, could you tell me where your decision stands and what is left to approve?",
            "Where the decision stands\nWhat is left to approve\nTimetable",
        ),
    ),
    Recommendation(
        "decide",
        Way.TASK,
        7,
        ("H-P1", "H-P3"),
        _fr(
            "Mettre en pause ou clore l’affaire",
            "Sans réponse à une dernière question claire, mettez l’affaire en pause ou fermez-la\u00a0: la "
            "prévision y gagne.",
            "{opportunity}\u00a0: faut-il continuer\u00a0?",
            "Ce projet n’avance plus depuis quelque temps. Est-il toujours d’actualité, ou vaut-il mieux en "
            "reparler plus tard\u00a0?",
            "Le projet est-il d’actualité\nCe qui bloque\nReprendre, attendre ou arrêter",
        ),
        _en(
            "Park or close the deal",
            "Without an answer to one last clear question, park the deal or close it: the forecast gains.",
            "{opportunity}: shall we go on?",
            "This project has not moved for a while. Is it still on, or shall we talk about it later?",
            "Is the project still on\nWhat blocks it\nGo on, wait or stop",
        ),
    ),
    Recommendation(
        "accelerate",
        Way.MEETING,
        5,
        ("H-P4", "H-P5", "H-P6"),
        _fr(
            "Accélérer l’affaire",
            "Le moment est bon\u00a0: fixez avec votre allié chez le client les étapes jusqu’à la signature.",
            "{opportunity}\u00a0: les prochaines étapes",
            "Je vous propose de fixer ensemble les étapes qui restent, pour tenir votre calendrier.",
            "Votre calendrier\nÉtapes jusqu’à la signature\nQui valide quoi",
        ),
        _en(
            "Speed the deal up",
            "The moment is right: agree with your champion on the steps up to the signature.",
            "{opportunity}: the next steps",
            "I suggest that we agree on the steps that are left, so as to keep to your timetable.",
            "Your timetable\nSteps up to the signature\nWho approves what",
        ),
    ),
)
