"""Where a record opens in Dynamics 365."""

from urllib.parse import urlencode

from relationship.activities import RecordKind


def crm_address(dataverse_url: str, kind: RecordKind, guid: str) -> str:
    """The address of the record's form in the CRM, '' while the CRM's address is not configured.

    >>> crm_address("https://fjord.crm4.dynamics.com/", RecordKind.LEAD, "1c0f")
    'https://fjord.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=lead&id=1c0f'
    """
    return _form(dataverse_url, kind.value, guid)


def task_address(dataverse_url: str, guid: str) -> str:
    """The same of a task."""
    return _form(dataverse_url, "task", guid)


def _form(dataverse_url: str, table: str, guid: str) -> str:
    if not dataverse_url:
        return ""
    form = urlencode({"pagetype": "entityrecord", "etn": table, "id": guid})
    return f"{dataverse_url.rstrip('/')}/main.aspx?{form}"
