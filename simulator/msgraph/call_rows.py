"""Call records and rows of telephone logs as JSON."""

from datetime import UTC, datetime

from simulator import identity
from simulator.calls import CallRecord, Network
from simulator.msgraph.call import Json
from simulator.organisation import Organisation

_USER_AGENT = {
    "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
    "headerValue": "RTCC/7.0.0.0 UCWA/7.0.0.0 Teams",
    "platform": "windows",
    "productFamily": "teams",
}


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def list_row(organisation: Organisation, record: CallRecord) -> Json:
    """A record as it stands in a list: with the old properties for people, without sessions."""
    people = (record.caller_id, *record.other_ids)
    old = [{_kind(organisation, record, key): _named(organisation, record, key)} for key in people]
    old += [{"guest": guest} for guest in _guests(record)]
    return {
        "id": record.id,
        "version": record.version,
        "type": "groupCall" if record.is_group else "peerToPeer",
        "modalities": ["audio"] if record.join_url is None else ["audio", "video"],
        "lastModifiedDateTime": instant(record.modified),
        "startDateTime": instant(record.at),
        "endDateTime": instant(record.end),
        "joinWebUrl": record.join_url,
        "organizer": old[0],
        "participants": old,
    }


def participants(organisation: Organisation, record: CallRecord) -> list[Json]:
    """Everybody on the call: colleagues by directory object, outsiders by number or as users of another tenant."""
    found = []
    for key in (record.caller_id, *record.other_ids):
        named = _named(organisation, record, key)
        found.append(_participant(str(named["id"]), _kind(organisation, record, key), named))
    found += [_participant(str(guest["id"]), "guest", guest) for guest in _guests(record)]
    return found


def _participant(name: str, kind: str, named: Json) -> Json:
    who = {"@odata.type": "#microsoft.graph.communicationsIdentitySet", kind: named}
    return {"id": name, "administrativeUnitInfos": [], "identity": who}


def _kind(organisation: Organisation, record: CallRecord, key: str) -> str:
    by_phone = record.network is not Network.TEAMS and organisation.directory.find(key) is None
    return "phone" if by_phone else "user"


def _named(organisation: Organisation, record: CallRecord, key: str) -> Json:
    person, user = organisation.person(key), organisation.directory.find(key)
    if user is not None:
        return {
            "@odata.type": "#microsoft.graph.userIdentity",
            "id": user.id,
            "displayName": user.display_name,
            "tenantId": organisation.tenant_id,
            "userPrincipalName": user.user_principal_name,
        }
    if record.network is not Network.TEAMS:
        return {"@odata.type": "#microsoft.graph.identity", "id": identity.phone(person.id), "displayName": person.name}
    return {
        "@odata.type": "#microsoft.graph.userIdentity",
        "id": identity.foreign_user(person.id),
        "displayName": person.name,
        "tenantId": identity.foreign_tenant(person.email),
        "userPrincipalName": None,
    }


def _guests(record: CallRecord) -> list[Json]:
    return [
        {
            "@odata.type": "#microsoft.graph.identity",
            "id": identity.guid("guest", f"{record.id}:{number}"),
            "displayName": "Invité",
        }
        for number in range(record.anonymous)
    ]


def sessions(organisation: Organisation, record: CallRecord, *, with_segments: bool) -> list[Json]:
    """One session between the two of a call; of a group call one for everybody with the service."""
    people = (record.caller_id, *record.other_ids)
    if not record.is_group:
        callee = _endpoint(organisation, record, record.other_ids[0]) if record.other_ids else _service()
        return [_session(record, _endpoint(organisation, record, people[0]), callee, 0, with_segments=with_segments)]
    return [
        _session(record, _endpoint(organisation, record, key), _service(), number, with_segments=with_segments)
        for number, key in enumerate(people)
    ]


def _session(record: CallRecord, caller: Json, callee: Json, number: int, *, with_segments: bool) -> Json:
    failure = {"stage": "callSetup", "reason": "The call was not answered."} if record.is_missed else None
    times = {"startDateTime": instant(record.at), "endDateTime": instant(record.end)}
    session: Json = {
        "id": identity.guid("session", f"{record.id}:{number}"),
        "modalities": ["audio"],
        **times,
        "isTest": False,
        "failureInfo": failure,
        "caller": caller,
        "callee": callee,
    }
    if with_segments:
        segment = {
            "id": session["id"],
            **times,
            "failureInfo": failure,
            "caller": caller,
            "callee": callee,
            "media": [],
        }
        session["segments"] = [segment]
    return session


def _endpoint(organisation: Organisation, record: CallRecord, key: str) -> Json:
    who = {_kind(organisation, record, key): _named(organisation, record, key)}
    endpoint = "#microsoft.graph.callRecords.participantEndpoint"
    return {"@odata.type": endpoint, "userAgent": _USER_AGENT, "identity": who}


def _service() -> Json:
    return {"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint"}


# Logs of the telephone network


def _ours_and_theirs(organisation: Organisation, record: CallRecord) -> tuple[str, str]:
    """The colleague of a telephone call, then the other party."""
    people = (record.caller_id, *record.other_ids)
    ours = next((key for key in people if organisation.directory.find(key)), people[0])
    return ours, next((key for key in people if key != ours), ours)


def _log_row(organisation: Organisation, record: CallRecord) -> Json:
    ours, _ = _ours_and_theirs(organisation, record)
    user = organisation.directory.find(ours)
    called = record.other_ids[0] if record.other_ids else record.caller_id
    return {
        "id": identity.guid("call-log", record.id),
        "userId": user.id if user else None,
        "userPrincipalName": user.user_principal_name if user else None,
        "userDisplayName": user.display_name if user else None,
        "startDateTime": instant(record.at),
        "endDateTime": instant(record.end),
        "duration": record.seconds,
        "callerNumber": identity.phone(record.caller_id),
        "calleeNumber": identity.phone(called),
    }


def _is_outgoing(organisation: Organisation, record: CallRecord) -> bool:
    return organisation.directory.find(record.caller_id) is not None


def pstn_row(organisation: Organisation, record: CallRecord) -> Json:
    return _log_row(organisation, record) | {
        "callId": record.id,
        "callType": "user_out" if _is_outgoing(organisation, record) else "user_in",
        "callDurationSource": "microsoft",
        "charge": 0,
        "connectionCharge": 0,
        "currency": "EUR",
        "destinationContext": "Domestic",
        "destinationName": "France",
        "conferenceId": None,
        "inventoryType": "Subscriber",
        "licenseCapability": "MCOPSTN1",
        "operator": "Microsoft",
        "tenantCountryCode": "FR",
        "usageCountryCode": "FR",
    }


def direct_routing_row(organisation: Organisation, record: CallRecord) -> Json:
    code, phrase = (480, "Temporarily Unavailable") if record.is_missed else (0, "BYE")
    return _log_row(organisation, record) | {
        "correlationId": record.id,
        "inviteDateTime": instant(record.at),
        "failureDateTime": instant(record.at) if record.is_missed else None,
        "callType": "ByotOut" if _is_outgoing(organisation, record) else "ByotIn",
        "successfulCall": not record.is_missed,
        "mediaPathLocation": "FRPA",
        "signalingLocation": "EUWE",
        "finalSipCode": code,
        "callEndSubReason": 0,
        "finalSipCodePhrase": phrase,
        "trunkFullyQualifiedDomainName": f"trunk.{organisation.world.organisation_domain}",
        "mediaBypassEnabled": False,
    }
