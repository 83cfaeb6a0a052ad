"""The texts that everybody starts with: three in French, two in English, all to a colleague one says "vous" to.

Who knows the contact is said by `{{ acquaintance }}` alone, so that every letter is true both of a colleague who does
and of one who would have to ask a second.
"""

from collections.abc import Mapping

BUILT_IN: tuple[Mapping[str, str], ...] = (
    {
        "key": "court",
        "name": "Court",
        "language": "fr",
        "subject": "Présentation auprès de {{ contact.name }}",
        "body": (
            "Bonjour {{ colleague.first_name }},\n\n"
            "{{ acquaintance }} Pourriez-vous nous mettre en relation\u00a0?\n\n"
            "{{ reason }}\n\n"
            "Merci d’avance,\n"
            "{{ seller.first_name }}"
        ),
    },
    {
        "key": "avec-contexte",
        "name": "Avec contexte",
        "language": "fr",
        "subject": "Une présentation auprès de {{ contact.name }} pour «\u00a0{{ opportunity.name }}\u00a0»\u00a0?",
        "body": (
            "Bonjour {{ colleague.first_name }},\n\n"
            "Je travaille sur «\u00a0{{ opportunity.name }}\u00a0» avec {{ contact.company }}, et je souhaiterais "
            "échanger avec {{ contact.name }} ({{ contact.job_title }}).\n\n"
            "{{ reason }}\n\n"
            "{{ acquaintance }} Accepteriez-vous d’aider à cette mise en relation, par un court message que vous "
            "m’adresseriez aussi\u00a0? Je prends la suite et vous tiens au courant.\n\n"
            "Si le moment est mal choisi, dites-le-moi simplement.\n\n"
            "Merci beaucoup,\n"
            "{{ seller.name }}"
        ),
    },
    {
        "key": "avis-d-abord",
        "name": "Demander un avis d’abord",
        "language": "fr",
        "subject": "Votre avis sur {{ contact.company }}",
        "body": (
            "Bonjour {{ colleague.first_name }},\n\n"
            "Je prépare un premier échange avec {{ contact.name }}, chez {{ contact.company }}, au sujet de "
            "«\u00a0{{ opportunity.name }}\u00a0». {{ acquaintance }}\n\n"
            "{{ reason }}\n\n"
            "Avant de vous demander une présentation, j’aimerais avoir votre avis\u00a0: est-ce la bonne "
            "personne, et le bon moment\u00a0? Si oui, seriez-vous d’accord pour nous mettre en relation\u00a0?\n\n"
            "Bien à vous,\n"
            "{{ seller.name }}"
        ),
    },
    {
        "key": "short",
        "name": "Short",
        "language": "en",
        "subject": "Introduction to {{ contact.name }}",
        "body": (
            "Hello {{ colleague.first_name }},\n\n"
            "{{ acquaintance }} Would you help to introduce us?\n\n"
            "{{ reason }}\n\n"
            "Many thanks,\n"
            "{{ seller.first_name }}"
        ),
    },
    {
        "key": "with-context",
        "name": "With context",
        "language": "en",
        "subject": "An introduction to {{ contact.name }} for “{{ opportunity.name }}”?",
        "body": (
            "Hello {{ colleague.first_name }},\n\n"
            "I am working on “{{ opportunity.name }}” with {{ contact.company }} and would like to talk to "
            "{{ contact.name }} ({{ contact.job_title }}).\n\n"
            "{{ reason }}\n\n"
            "{{ acquaintance }} Would you help with an introduction, in a short message with me in copy? I "
            "will take it from there and let you know what came of it.\n\n"
            "If this is not a good moment, just say so.\n\n"
            "Many thanks,\n"
            "{{ seller.name }}"
        ),
    },
)
