"""Word lists of the invented company and its invented customers. Any likeness to somebody real is chance."""

import re
import unicodedata

WOMEN = (
    "Adèle", "Agnès", "Aïcha", "Alice", "Amélie", "Ana", "Anaïs", "Béatrice", "Camille", "Cécile", "Céline",
    "Chloé", "Clémence", "Corinne", "Danièle", "Élise", "Élodie", "Emma", "Estelle", "Fatima", "Florence",
    "Gaëlle", "Hélène", "Inès", "Isabelle", "Jeanne", "Joëlle", "Karima", "Laëtitia", "Léa", "Lina", "Magali",
    "Maïwenn", "Marion", "Mélanie", "Nadège", "Noémie", "Odile", "Pauline", "Raphaëlle", "Salomé", "Séverine",
    "Solène", "Thérèse", "Valérie", "Yasmine", "Zoé",
)  # fmt: skip

MEN = (
    "Adrien", "Alexis", "Antoine", "Arnaud", "Baptiste", "Benoît", "Bruno", "Cédric", "Clément", "Damien",
    "Didier", "Édouard", "Éric", "Étienne", "Fabrice", "François", "Frédéric", "Gaël", "Gérard", "Grégoire",
    "Hugo", "Ibrahim", "Jérôme", "Joël", "Jules", "Karim", "Léo", "Loïc", "Luís", "Mathieu", "Mehdi", "Mickaël",
    "Nicolas", "Noël", "Olivier", "Pascal", "Quentin", "Rémi", "Romain", "Sébastien", "Stéphane", "Théo",
    "Thierry", "Tomasz", "Valentin", "Xavier", "Yann",
)  # fmt: skip

SURNAMES = (
    "Abadie", "Alvès", "Amrani", "Aubertin", "Barbier", "Baudoin", "Beaulieu", "Belkacem", "Benali", "Bérard",
    "Bertin", "Besnard", "Blanchet", "Bonnefoy", "Bouchard", "Boulanger", "Bréchet", "Brunel", "Caron", "Castel",
    "Chauvet", "Chevallier", "Cissé", "Coëtmeur", "Cordier", "Coulibaly", "Courtois", "Da Silva", "Delacroix",
    "Delmas", "Deschamps", "Diallo", "Dufour", "Dupré", "Duval", "Estève", "Fabre", "Faucher", "Ferreira",
    "Fontaine", "Fournier", "Gaillard", "Garnier", "Gautier", "Gérin", "Girault", "Goncalvès", "Grandjean",
    "Guérin", "Guichard", "Haddad", "Hamelin", "Hébert", "Hoffmann", "Humbert", "Jacquet", "Jaouen", "Joubert",
    "Kaya", "Keller", "Kerbrat", "Kowalski", "Labbé", "Lacoste", "Lambert", "Langlois", "Larivière", "Le Goff",
    "Le Guen", "Lefèvre", "Legrand", "Lelièvre", "Lemaître", "Leroux", "Lévêque", "Lopez", "Maillard", "Mallet",
    "Marchand", "Maréchal", "Martel", "Masson", "Mercier", "Meunier", "Monnier", "Moreau", "Moulin", "Nguyen",
    "Noël", "Novak", "Olivier", "Ouedraogo", "Pasquier", "Pelletier", "Perrin", "Petitjean", "Pham", "Picard",
    "Poirier", "Prévost", "Quéré", "Raynaud", "Renaud", "Ribeiro", "Rivière", "Robin", "Rossi", "Rousselot",
    "Saïdi", "Salmon", "Sánchez", "Schneider", "Sénéchal", "Simonin", "Tanguy", "Tessier", "Texier", "Traoré",
    "Tremblay", "Vasseur", "Verdier", "Vidal", "Villeneuve", "Vincent", "Wagner", "Weber", "Yılmaz", "Zerbib",
)  # fmt: skip

# Trade of a customer; with the places they make its name.
TRADES = (
    "Fonderies", "Laiterie", "Papeteries", "Mécanique", "Conserverie", "Verrerie", "Tôlerie", "Chimie",
    "Emballages", "Câblerie", "Cartonnages", "Biscuiterie", "Ateliers", "Robinetterie", "Cimenterie", "Scierie",
    "Textiles", "Usinage", "Métallerie", "Plasturgie", "Brasserie", "Forges", "Imprimerie", "Sucrerie",
)  # fmt: skip
PLACES = (
    "Vernoise", "Marcillan", "de la Brévenne", "Sauvière", "Castelroux", "Arcenne", "Lormanche", "Tessonne",
    "Belcourt", "du Vallespin", "Villandre", "Montarzac", "Orvigny", "Saint-Aubrac", "Chantevigne", "Fontclaire",
    "Grandrive", "Noirmont", "des Trois-Rivières", "Hautefeuille", "Pierrelongue", "Carmaux-Neuf", "Esterol",
    "Val d'Orne", "Roquemaure-Sud", "Kermadec", "Landevière", "Ostheim", "Mirecluse", "Peyrolande",
)  # fmt: skip

# Job titles of contacts, for a man and for a woman.
CONTACT_TITLES = (
    ("Directeur industriel", "Directrice industrielle"),
    ("Responsable maintenance", "Responsable maintenance"),
    ("Directeur des systèmes d'information", "Directrice des systèmes d'information"),
    ("Acheteur", "Acheteuse"),
    ("Directeur d'usine", "Directrice d'usine"),
    ("Responsable qualité", "Responsable qualité"),
    ("Contrôleur de gestion", "Contrôleuse de gestion"),
    ("Chef de projet méthodes", "Cheffe de projet méthodes"),
    ("Directeur général", "Directrice générale"),
    ("Responsable énergie et environnement", "Responsable énergie et environnement"),
    ("Ingénieur automatismes", "Ingénieure automatismes"),
    ("Responsable achats", "Responsable achats"),
    ("Directeur financier", "Directrice financière"),
    ("Responsable de production", "Responsable de production"),
)

PRODUCTS = ("Orvane Supervision", "Orvane Maintenance", "Orvane Qualité", "Orvane Énergie", "Orvane Traçabilité")
# Places that take "de" and "à" without change.
SITES = ("Lyon", "Saint-Étienne", "Cholet", "Vesoul", "Valence", "Béziers", "Roanne", "Troyes", "Pau", "Mulhouse")

DEAL_NAMES = (
    "{product} – site de {site}",
    "{product} – déploiement groupe",
    "Extension {product}",
    "{product} – pilote {site}",
    "Migration vers {product}",
    "Renouvellement {product} {year}",
)

DEAL_SUBJECTS = (
    "Votre projet {product}",
    "Compte rendu de notre échange",
    "Proposition commerciale {product}",
    "Démonstration {product}",
    "Questions techniques",
    "Devis {product} – version révisée",
    "Conditions contractuelles",
    "Calendrier de déploiement",
    "Point d'avancement {product}",
    "Architecture et prérequis",
    "Retour de votre direction",
    "Référence client {product}",
    "Budget {year}",
    "Préparation de la réunion du comité",
)
REMINDER_SUBJECTS = (
    "Relance : {product}",
    "Sans nouvelles de votre part",
    "Où en êtes-vous ?",
    "Votre décision {product}",
)
SERVICE_SUBJECTS = (
    "Ticket support : alarme sur la ligne 2",
    "Mise à jour de vos licences",
    "Formation des nouveaux utilisateurs",
    "Bilan d'utilisation du mois",
    "Demande d'export des données",
    "Accès au portail client",
    "Fenêtre de maintenance",
    "Question sur la facture",
    "Retour d'expérience de vos équipes",
)
LEAD_SUBJECTS = (
    "Votre demande d'information",
    "Suite à votre visite sur notre stand",
    "Présentation d'Orvane",
    "Livre blanc maintenance",
)
INTERNAL_SUBJECTS = (
    "Prévisions de la semaine",
    "Préparation du rendez-vous client",
    "Congés d'équipe",
    "Chiffrage avant-vente",
    "Point sur les affaires en cours",
    "Mise à jour des tarifs",
    "Support de présentation",
    "Feuille de route produit",
    "Salon de septembre",
    "Déplacement à {site}",
    "Validation de remise",
    "Compte rendu du comité",
)
NEWSLETTERS = (
    ("La Lettre de l'Usine connectée", "lettre@usine-connectee.example"),
    ("Maintenance & Méthodes Hebdo", "newsletter@maintenance-methodes.example"),
    ("Veille Énergie Industrie", "veille@energie-industrie.example"),
    ("Club des Directeurs commerciaux", "actualites@club-dircom.example"),
    ("Salon Procédés et Machines", "infos@salon-procedes.example"),
    ("L'Écho des achats", "echo@achats-industriels.example"),
)
NEWSLETTER_SUBJECTS = ("L'essentiel de la semaine", "Numéro {number}", "À ne pas manquer", "Votre sélection du mois")
NO_REPLY = (
    ("Voyages Affaires", "no-reply@voyages-affaires.example", "Confirmation de votre réservation"),
    ("Notes de frais", "ne-pas-repondre@notes-de-frais.example", "Votre note de frais a été validée"),
    ("Signature électronique", "noreply@signature-simple.example", "Un document attend votre signature"),
    ("Visioconférence", "no-reply@visio-pro.example", "L'enregistrement de votre réunion est prêt"),
)

MEETING_SUBJECTS = (
    "Démonstration {product}",
    "Atelier de cadrage",
    "Revue de la proposition",
    "Visite du site de {site}",
    "Négociation",
    "Point de suivi",
)
CALL_SUBJECTS = ("Appel de suivi", "Appel de qualification", "Point téléphonique", "Rappel suite à message")
TASK_SUBJECTS = (
    "Envoyer la proposition révisée",
    "Préparer la démonstration",
    "Relancer après le comité",
    "Vérifier les références",
    "Mettre à jour le chiffrage",
    "Envoyer le compte rendu",
)


def ascii_name(text: str) -> str:
    """A name as it stands in an address: lower case, no accents, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("œ", "oe")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
