"""Whom one will usually want to leave out before anything is read: proposed, never applied by itself. Pure.

Ties can show who sees a lawyer, a doctor, a recruiter or the works council; so groups and domains whose
names sound like one are pointed out.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What a name sounds like."""

    STAFF = "staff_representatives"
    HUMAN_RESOURCES = "human_resources"
    MEDICAL = "medical"
    LEGAL = "legal"
    RECRUITING = "recruiting"
    UNION = "union"


@dataclass(frozen=True, slots=True)
class Proposal:
    """kind: 'groups' or 'domains', as in `Exclusions`; key: as kept there; name: as shown; why: what it sounds like."""

    kind: str
    key: str
    name: str
    why: Why


# Words, without accents, as they stand alone in the name of a group …
_GROUPS: tuple[tuple[Why, str], ...] = (
    (Why.STAFF, r"cse|cssct|comite social|comite d entreprise|elus du personnel|representants? du personnel|"
                r"delegues? du personnel|works council|betriebsrat|staff representatives?"),
    (Why.UNION, r"syndicats?|syndical\w*|unions?|trade union|cgt|cfdt|cfe cgc|cftc|unsa|force ouvriere"),
    (Why.HUMAN_RESOURCES, r"rh|drh|ressources humaines|hr|human resources|paie|payroll|personnel administration"),
    (Why.MEDICAL, r"medecine du travail|medecins?|medical|sante au travail|infirmerie|occupational health|"
                  r"assistante? sociale?"),
    (Why.LEGAL, r"juridique|legal|contentieux|compliance|ethique|whistleblow\w*|alerte professionnelle|"
                r"lanceurs? d alerte|ombuds\w*"),
    (Why.RECRUITING, r"recrutement|recruiting|recruitment|talent acquisition"),
)  # fmt: skip
# … and as parts of a domain's labels.
_DOMAINS: tuple[tuple[Why, str], ...] = (
    (Why.LEGAL, r"avocats?|notaires?|huissiers?|commissaires de justice|lawyers?|attorneys?|law|legal|barreau"),
    (Why.MEDICAL, r"medecins?|docteurs?|dr|clinique|clinic|hopital|hospital|chu|ch|medical|sante|psy\w*|therapie\w*"),
    (Why.RECRUITING, r"recrutement|recruit\w*|headhunt\w*|chasseurs? de tetes|executive search|interim"),
    (Why.UNION, r"syndicats?|cgt|cfdt|cfe cgc|cftc|unsa|unions?"),
)
# A country's or company's own name is no profession.
_TOPS = 1


def proposals(groups: Mapping[str, str], domains: Iterable[str]) -> tuple[Proposal, ...]:
    """What to point out, groups first, each by name.

    groups   names of directory groups by id
    domains  mail domains of contacts and leads
    """
    found = [
        Proposal("groups", key, name, why)
        for key, name in sorted(groups.items(), key=lambda item: (_plain(item[1]), item[0]))
        if (why := _sound(name, _GROUPS)) is not None
    ]
    for domain in sorted(set(domains)):
        labels = " ".join(domain.split(".")[:-_TOPS])
        if (why := _sound(labels, _DOMAINS)) is not None:
            found.append(Proposal("domains", domain, domain, why))
    return tuple(found)


def _sound(name: str, words: tuple[tuple[Why, str], ...]) -> Why | None:
    plain = _plain(name)
    return next((why for why, pattern in words if re.search(rf"\b({pattern})\b", plain)), None)


def _plain(name: str) -> str:
    """Lower case, without accents, every other sign a space."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip()
