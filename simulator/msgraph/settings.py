"""Settings of a mailbox: what it is for, its zone and language."""

from simulator.meetings import DEFAULT_ZONE
from simulator.msgraph.call import Answer, Call, Json, selected
from simulator.msgraph.mailboxes import mailbox_of
from simulator.msgraph.zones import windows_name
from simulator.organisation import Organisation

_NAMES = ("timeZone", "language", "dateFormat", "timeFormat", "userPurpose")


def mailbox_settings(organisation: Organisation, call: Call) -> Answer:
    wanted = selected(call, dict.fromkeys(_NAMES), "mailboxSettings")
    found = _settings(organisation, call)
    context = f"{call.origin}/$metadata#users('{mailbox_of(organisation, call).owner_id}')/mailboxSettings"
    return Answer(body={"@odata.context": context, **{name: found[name] for name in wanted or _NAMES}})


def user_purpose(organisation: Organisation, call: Call) -> Answer:
    context = f"{call.origin}/$metadata#users('{mailbox_of(organisation, call).owner_id}')/mailboxSettings/userPurpose"
    return Answer(body={"@odata.context": context, "value": _settings(organisation, call)["userPurpose"]})


def _settings(organisation: Organisation, call: Call) -> Json:
    user = organisation.user(mailbox_of(organisation, call).owner_id)
    zone = organisation.world.time_zone or DEFAULT_ZONE
    is_french = zone == "Europe/Paris"
    language = {"locale": "fr-FR", "displayName": "Français (France)"}
    return {
        "timeZone": windows_name(zone),
        "language": language if is_french else {"locale": "en-GB", "displayName": "English (United Kingdom)"},
        "dateFormat": "dd/MM/yyyy",
        "timeFormat": "HH:mm",
        "userPurpose": user.purpose,
    }
