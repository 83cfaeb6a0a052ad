"""The GUIDs of the simulated organisation: one fixed function from the world's own ids to Microsoft's.

The same person has one GUID in Entra and Microsoft Graph (`msgraph_user`) and another in Dataverse
(`system_user`, `contact` or `lead`); Dataverse links the two by `azureactivedirectoryobjectid`.
"""

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


def business_unit(domain: str) -> str:
    return guid("businessunit", domain)
