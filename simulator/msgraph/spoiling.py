"""Pages whose rows a fault has spoiled: types that drift, properties that appear or are lost, false removals."""

from dataclasses import replace

from simulator.faults import FaultKind
from simulator.msgraph.call import Answer, Call, Json

_SENDERS = ("from", "sender", "organizer")


def spoiled(call: Call, answer: Answer) -> Answer:
    """The answer as the faults of the call leave it."""
    rows = answer.body.get("value") if answer.body else None
    if not call.faults or not isinstance(rows, list) or not rows:
        return answer
    body: Json = {**(answer.body or {}), "value": list(rows)}
    changed = list(rows)
    whole = [place for place, row in enumerate(rows) if "@removed" not in row]
    if whole and call.has_fault(FaultKind.UNKNOWN_FIELD):
        changed = [{**row, "futureProperty": {"@odata.type": "#microsoft.graph.future", "level": 3}} for row in changed]
    if whole and call.has_fault(FaultKind.MISSING_FROM):
        changed[whole[0]] = {name: value for name, value in changed[whole[0]].items() if name not in _SENDERS}
    if whole and call.has_fault(FaultKind.WRONG_TYPE):
        changed[whole[0]] = {n: "" if isinstance(v, list) else v for n, v in changed[whole[0]].items()}
    if whole and call.has_fault(FaultKind.FALSE_REMOVED):
        changed.append({"@removed": {"reason": "deleted"}, "id": rows[whole[0]]["id"]})
    body["value"] = changed
    return replace(answer, body=body)
