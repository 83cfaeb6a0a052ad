"""Control commands for activities: the methods of `Activities`, with times as ISO text and people by address."""

from collections.abc import Callable, Mapping

from relationship.activities import Kind
from simulator.dataverse import fields
from simulator.dataverse.activities import Activities
from simulator.dataverse.crm import Crm
from simulator.dataverse.fields import Json
from simulator.world import WorldStatus


def _track(crm: Crm, body: Json) -> Json:
    activity = fields.text(body, "activity")
    return {"guid": Activities(crm).track(activity, regarding=fields.ref(body.get("regarding")))}


def _track_mail(crm: Crm, body: Json) -> Json:
    guid = Activities(crm).track_mail(
        fields.text(body, "message_id"),
        sender=fields.text(body, "sender"),
        to=fields.texts(body, "to"),
        cc=fields.texts(body, "cc"),
        at=fields.instant(body, "at"),
        subject=body.get("subject", ""),
        regarding=fields.ref(body.get("regarding")),
    )
    return {"guid": guid}


def _create(crm: Crm, body: Json) -> Json:
    guid = Activities(crm).create(
        Kind(fields.text(body, "kind")),
        sender=fields.text(body, "sender"),
        to=fields.texts(body, "to"),
        cc=fields.texts(body, "cc"),
        at=fields.instant(body, "at"),
        minutes=fields.whole_number(body, "minutes"),
        subject=body.get("subject", ""),
        regarding=fields.ref(body.get("regarding")),
        status=WorldStatus(body.get("status", "done")),
        message_id=body.get("message_id", ""),
        calendar_uid=body.get("calendar_uid", ""),
        guid=body.get("guid"),
    )
    return {"guid": guid}


def _complete(crm: Crm, body: Json) -> None:
    Activities(crm).complete(
        fields.text(body, "guid"),
        at=fields.instant(body, "at"),
        minutes=fields.whole_number(body, "minutes"),
        missed=body.get("missed") is True,
    )


def _reschedule(crm: Crm, body: Json) -> None:
    at = fields.instant(body, "at")
    if at is None:
        raise fields.MissingFieldError("at")
    Activities(crm).reschedule(fields.text(body, "guid"), at, minutes=fields.whole_number(body, "minutes"))


def _change_parties(crm: Crm, body: Json) -> None:
    parties = body.get("parties")
    if not isinstance(parties, dict):
        raise fields.MissingFieldError("parties")
    addresses = {int(mask): fields.texts(parties, mask) for mask in parties}
    Activities(crm).change_parties(fields.text(body, "guid"), addresses, touch=body.get("touch") is not False)


ACTIVITY_ACTS: Mapping[str, Callable[[Crm, Json], Json | None]] = {
    "track": _track,
    "track-mail": _track_mail,
    "create-activity": _create,
    "complete-activity": _complete,
    "reopen-activity": lambda crm, body: Activities(crm).reopen(fields.text(body, "guid")),
    "cancel-activity": lambda crm, body: Activities(crm).cancel(fields.text(body, "guid")),
    "reschedule-activity": _reschedule,
    "delete-activity": lambda crm, body: Activities(crm).delete(fields.text(body, "guid")),
    "move-activity": lambda crm, body: Activities(crm).move(
        fields.text(body, "guid"), fields.ref(body.get("regarding"))
    ),
    "change-parties": _change_parties,
}
