"""The identities of the simulated organisation: one fixed function from the world's own ids to those of Microsoft.

The same person has one GUID in Entra and Microsoft Graph (`msgraph_user`) and another in Dataverse
(`system_user`, `contact` or `lead`); Dataverse links the two by `azureactivedirectoryobjectid`.
"""

import re
from hashlib import sha256
from uuid import UUID, uuid5

_NAMESPACE = UUID("6f1d4c7a-2b0e-5c3f-9a84-0d6b8e21f7a5")


def guid(kind: str, world_id: str) -> str:
    """The GUID (lower case, no braces) of one thing of a kind; the same in every run."""
    return str(uuid5(_NAMESPACE, f"{kind}:{world_id}"))


def msgraph_user(person_id: str) -> str:
    return guid("msgraph-user", person_id)


def system_user(person_id: str) -> str:
    return guid("systemuser", person_id)


def contact(person_id: str) -> str:
    return guid("contact", person_id)


def lead(person_id: str) -> str:
    return guid("lead", person_id)


def account(account_id: str) -> str:
    return guid("account", account_id)


def opportunity(opportunity_id: str) -> str:
    return guid("opportunity", opportunity_id)


def connection(opportunity_guid: str, person_guid: str, *, mirrored: bool = False) -> str:
    """The connection of two records, by their GUIDs; `mirrored` is its second row, seen from the person."""
    return guid("connection-mirrored" if mirrored else "connection", f"{opportunity_guid}:{person_guid}")


def connection_role(name: str) -> str:
    return guid("connectionrole", name)


def organization(domain: str) -> str:
    return guid("organization", domain)


def business_unit(domain: str, name: str = "") -> str:
    """A business unit by name; without one the organisation's own, which all others lie in."""
    return guid("businessunit", f"{domain}:{name}" if name else domain)


def group(domain: str, name: str) -> str:
    return guid("group", f"{domain}:{name}")


def activity(activity_id: str) -> str:
    """The row of an activity in Dataverse, whatever its kind."""
    return guid("activity", activity_id)


def activity_series(conversation_id: str) -> str:
    return guid("activity-series", conversation_id)


def activity_party(activity_guid: str, mask: int, place: int) -> str:
    """The party at this place of an activity's list, with this participationtypemask."""
    return guid("activityparty", f"{activity_guid}:{mask}:{place}")


def message_id(mail_id: str, sender_address: str) -> str:
    """The internet message id of a mail: the same in every mailbox and in Dataverse."""
    return f"<{mail_id}@{sender_address.rpartition('@')[2]}>"


def calendar_uid(activity_id: str, conversation_id: str = "") -> str:
    """The iCalUId of a meeting in Exchange and its globalobjectid in Dataverse: 112 hexadecimal digits.

    Occurrences of a series (a conversation_id that begins with "s") share all but the 8 digits from the 33rd
    on, where Exchange writes the day of an occurrence ([MS-OXOCAL] 2.2.1.27), so every occurrence has its own.
    """
    if not conversation_id.startswith("s"):
        return _uid(activity_id, "0" * 8)
    return _uid(conversation_id, _digits(f"occurrence:{activity_id}")[:8])


def series_uid(conversation_id: str) -> str:
    """The iCalUId of a series as a whole: that of its occurrences with zeros for the day."""
    return _uid(conversation_id, "0" * 8)


def _uid(name: str, day: str) -> str:
    return "040000008200E00074C5B7101A82E008" + day + "0" * 32 + "10000000" + _digits(f"series:{name}") * 2


def join_url(meeting_id: str) -> str:
    """The address by which one joins an online meeting; the occurrences of a series share it."""
    thread = "19%3ameeting_" + sha256(f"meeting:{meeting_id}".encode()).hexdigest()[:32] + "%40thread.v2"
    return f"https://teams.microsoft.com/l/meetup-join/{thread}/0"


def call_record(activity_id: str) -> str:
    return guid("call-record", activity_id)


def foreign_user(person_id: str) -> str:
    """The object id of an outsider in the directory of his or her own organisation."""
    return guid("foreign-user", person_id)


def foreign_tenant(address: str) -> str:
    """The tenant of whoever has this address outside."""
    return guid("tenant", address.rpartition("@")[2].lower())


# Numbers that the French regulator keeps for films and books (ARCEP, decision 2018-0881): nobody has them.
_FICTITIOUS = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")
_PER_RANGE = 10_000
_NUMBERED = re.compile(r"p(\d+)$")


def phone(person_id: str) -> str:
    """The invented French number of a person, E.164; no two people p00000 … p59999 share one.

    >>> phone("p00868"), phone("p10868")
    ('+33199000868', '+33261910868')
    """
    numbered = _NUMBERED.match(person_id)
    drawn = int(numbered[1]) if numbered else int(sha256(f"phone:{person_id}".encode()).hexdigest()[:12], 16)
    place = drawn % (len(_FICTITIOUS) * _PER_RANGE)
    return f"{_FICTITIOUS[place // _PER_RANGE]}{place % _PER_RANGE:04}"


def _digits(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16].upper()
