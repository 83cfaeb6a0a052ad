"""Control from another process: `POST /_simulator/<act>` with a JSON object of the act's arguments.

Every request carries the key of this run in `X-Simulator-Key`; without it there is nothing here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Request, Response, abort, jsonify, request

from simulator.calls import CallRecord
from simulator.expiry import Expiry
from simulator.fault_plans.orders import order_from
from simulator.faults import Fault, FaultKind, FaultPlan
from simulator.mailbox import MailboxState
from simulator.meetings import Meeting
from simulator.organisation import Organisation
from simulator.people import UnknownNameError
from simulator.registration import Registration
from simulator.subscriptions import Delivery, Subscriptions
from simulator.traffic import Traffic
from simulator.world import WorldActivity

Arguments = dict[str, Any]


def _mail(mail: WorldActivity) -> dict[str, object]:
    return {
        "id": mail.id,
        "at": mail.at.isoformat(),
        "from": mail.from_id,
        "to": mail.to_ids,
        "cc": mail.cc_ids,
    }


def _meeting(meeting: Meeting) -> dict[str, object]:
    return {
        "id": meeting.id,
        "uid": meeting.uid,
        "at": meeting.at.isoformat(),
        "minutes": meeting.minutes,
        "organiser": meeting.organiser_id,
        "invited": meeting.invited_ids,
        "is_cancelled": meeting.is_cancelled,
        "responses": dict(meeting.responses),
    }


def _call(record: CallRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "activity_id": record.activity_id,
        "at": record.at.isoformat(),
        "seconds": record.seconds,
        "caller": record.caller_id,
        "others": record.other_ids,
        "version": record.version,
        "join_url": record.join_url,
    }


def acts(
    organisation: Organisation,
    plan: FaultPlan,
    traffic: Traffic,
    registration: Registration,
    subscriptions: Subscriptions,
    order: Callable[..., None],
) -> dict[str, Callable[[Arguments], object]]:
    """What can be asked for, by name. Arguments are those of the functions of the same name, times as ISO text."""

    calendars, calls, tasks = organisation.calendars, organisation.calls, organisation.tasks

    def at_times(arguments: Arguments) -> Arguments:
        times = {name for name in ("at", "received_at", "due") if arguments.get(name)}
        return {**arguments, **{name: datetime.fromisoformat(arguments[name]) for name in times}}

    def order_faults(arguments: Arguments) -> object:
        faults = [Fault(**{**given, "kind": FaultKind(given["kind"])}) for given in arguments["faults"]]
        plan.add(*faults)
        return len(faults)

    def set_mailbox(arguments: Arguments) -> None:
        organisation.set_mailbox(arguments["key"], MailboxState(arguments["state"]))

    def expire_tokens(arguments: Arguments) -> None:
        how = arguments.get("how")
        organisation.expire_tokens(arguments.get("key"), how=Expiry(**how) if how else None)

    def set_now(arguments: Arguments) -> None:
        organisation.now = datetime.fromisoformat(arguments["at"]).astimezone(UTC)

    def refuse_tasks(arguments: Arguments) -> None:
        tasks.refused_with = arguments["status"]

    def disturb_delivery(arguments: Arguments) -> None:
        subscriptions.delivery = Delivery(**arguments)

    def set_consent(arguments: Arguments) -> None:
        registration.has_consent = bool(arguments["given"])

    return {
        "deliver": lambda given: _mail(organisation.deliver(**at_times(given))),
        "deliver_again": lambda given: organisation.deliver_again(**given),
        "move": lambda given: organisation.move(**given),
        "edit": lambda given: organisation.edit(**at_times(given)),
        "mark_read": lambda given: organisation.mark_read(**given),
        "delete_mail": lambda given: organisation.delete_mail(**given),
        "save_draft": lambda given: _mail(organisation.save_draft(**given)),
        "send_draft": lambda given: _mail(organisation.send_draft(**given)),
        "new_folder": lambda given: organisation.new_folder(**given).id,
        "rename_folder": lambda given: organisation.rename_folder(**given),
        "nest_folder": lambda given: organisation.nest_folder(**given),
        "delete_folder": lambda given: organisation.delete_folder(**given),
        "flag": lambda given: organisation.flag(**given),
        "arrange": lambda given: _meeting(calendars.arrange(**at_times(given))),
        "arrange_series": lambda given: _meeting(calendars.arrange_series(**at_times(given))),
        "reschedule": lambda given: calendars.reschedule(**at_times(given)),
        "reinvite": lambda given: calendars.reinvite(**given),
        "describe_meeting": lambda given: calendars.describe(**given),
        "respond": lambda given: calendars.respond(**given),
        "cancel_meeting": lambda given: calendars.cancel(**given),
        "delete_meeting": lambda given: calendars.delete(**given),
        "meetings": lambda _: [_meeting(meeting) for meeting in calendars.truth()],
        "record_call": lambda given: _call(calls.record_call(**at_times(given))),
        "record_meeting": lambda given: _call(calls.record_meeting(**given)),
        "revise_call": lambda given: _call(calls.revise(**at_times(given))),
        "hold_calls_back": lambda given: calls.hold_back(**given),
        "release_calls": lambda _: calls.release(),
        "calls": lambda _: [_call(record) for record in calls.truth()],
        "add_task": lambda given: tasks.add(**at_times(given)).id,
        "change_task": lambda given: tasks.change(**at_times(given)),
        "complete_task": lambda given: tasks.complete(**at_times(given)),
        "reopen_task": lambda given: tasks.reopen(**given),
        "delete_task": lambda given: tasks.delete(**given),
        "refuse_tasks": refuse_tasks,
        "subscriptions": lambda _: [one.id for one in subscriptions.all()],
        "expire_subscriptions": lambda given: subscriptions.expire(given.get("name")),
        "tell_lifecycle": lambda given: subscriptions.tell_lifecycle(*given["events"], name=given.get("name")),
        "disturb_delivery": disturb_delivery,
        "new_user": lambda given: organisation.new_user(**given).id,
        "disable_user": lambda given: organisation.disable_user(**given),
        "remove_user": lambda given: organisation.remove_user(**given),
        "put_group": lambda given: organisation.groups.put(**given).id,
        "remove_group": lambda given: organisation.groups.remove(**given),
        "set_mailbox": set_mailbox,
        "expire_tokens": expire_tokens,
        "order_faults": order_faults,
        "order": lambda given: order(*(order_from(Path("order"), n, e) for n, e in enumerate(given["faults"], 1))),
        "clear_faults": lambda _: plan.clear(),
        "traffic": lambda _: traffic.summary(),
        "clear_traffic": lambda _: traffic.clear(),
        "truth": lambda _: [_mail(mail) for mail in organisation.truth()],
        "set_now": set_now,
        "expire_secret": lambda _: registration.expire_secret(),
        "set_consent": set_consent,
    }


def blueprint(known: dict[str, Callable[[Arguments], object]], authorised: Callable[[Request], bool]) -> Blueprint:
    bp = Blueprint("control", __name__, url_prefix="/_simulator")

    @bp.post("/<act>")
    def control(act: str) -> Response | tuple[Response, int]:
        if not authorised(request):
            abort(404)
        if act not in known:
            return jsonify(error=f"there is no act {act}", acts=sorted(known)), 404
        arguments = request.get_json(silent=True) if request.data else {}
        if not isinstance(arguments, dict):
            return jsonify(error="the arguments are one JSON object"), 400
        try:
            return jsonify(result=known[act](arguments))
        except UnknownNameError as error:
            return jsonify(error=str(error)), 404
        except (TypeError, ValueError, KeyError) as error:
            return jsonify(error=f"{type(error).__name__}: {error}"), 400

    return bp
