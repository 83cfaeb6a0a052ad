"""Plans from a seed: faults that a right reader overcomes without help, at places drawn by lot.

What needs an administrator (consent withdrawn), an hour (an outage) or a day (a wait of 86,400 seconds, a closed
mailbox that is looked at daily) is left out.
"""

from collections.abc import Mapping
from random import Random

from simulator.fault_plans.orders import Order

# The choices a fault offers, each drawn with the same odds.
_VARIANTS: Mapping[str, tuple[Mapping[str, object], ...]] = {
    "F01": ({"pages": 1}, {"pages": 3}, {"pages": 40}),
    "F02": ({},),
    "F03": ({},),
    "F04": ({"what": "loop"}, {"what": "endless"}),
    "F05": ({"what": "update"}, {"what": "delete"}),
    "F06": ({},),
    "F07": ({"to": "archive"}, {"to": "Clients"}, {"to": "inbox"}),
    "F08": ({"what": "mail"}, {"what": "unknown"}),
    "F09": ({}, {"page": 2}, {"page": 7}),
    "F10": ({"code": "syncStateNotFound", "status": 410}, {"code": "SYNCSTATEINVALID", "status": 400},
            {"code": "ResyncRequired", "status": 404}),
    "F11": ({},),
    "F13": ({},),
    "F14": ({"what": "new"}, {"what": "rename"}, {"what": "nest"}, {"what": "delete"}),
    "F15": ({"retry_after": "1"}, {"retry_after": "0"}),
    "F16": ({"retry_after": None}, {"retry_after": "0.2"}, {"retry_after": "-1"}, {"retry_after": "soon"}),
    "F18": ({"status": 503}, {"status": 504}),
    "F19": ({"status": 200}, {"status": 502}),
    "F20": ({"byte": 0}, {"byte": 1}, {"byte": 40}, {}),
    "F21": ({"what": "reset"},),
    "F22": ({},),
    "F26": ({},),
    "F28": ({"what": "unknown_field"},),
    "F30": ({},),
    "F31": ({},),
    "F32": ({"what": "header"}, {"what": "subject"}),
    "F33": ({"what": "newsletter"}, {"what": "list"}, {"what": "no-reply"}),
    "F34": ({"what": "list"}, {"what": "bcc"}),
    "F35": ({"what": "alias"}, {"what": "plus"}, {"what": "case"}, {"what": "upn"}),
    "F36": ({},),
    "F37": ({},),
    "F38": ({},),
    "F39": ({},),
    "F40": ({"what": "cancelled"}, {"what": "declined"}, {"what": "tentative"}),
    "F41": ({"what": "outside"},),
    "F42": ({},),
    "F43": ({"what": "series"}, {"what": "night"}),
    "F44": ({"zone": "Romance Standard Time"}, {"zone": "tzone://Microsoft/Custom"}, {"zone": ""}),
    "F45": ({},),
    "F46": ({},),
    "F48": ({"what": "owner"}, {"what": "deactivate"}),
    "F57": ({"what": "late"}, {"what": "newer"}, {"what": "anonymous"}),
    "F58": ({},),
    "F59": ({"what": "complete"}, {"what": "reopen"}, {"what": "delete"}),
}  # fmt: skip
SEEDED = tuple(_VARIANTS)
_LAST_REQUEST, _LAST_OF_A_MAILBOX, _LAST_MAILBOX = 40, 8, 8


def draw(seed: int, faults: int) -> tuple[Order, ...]:
    """So many different faults; at a request up to the fortieth, in any of the first mailboxes or in all."""
    dice = Random(seed)
    found = []
    for name in dice.sample(SEEDED, faults):
        options = dict(dice.choice(_VARIANTS[name]))
        page, byte = options.pop("page", None), options.pop("byte", None)
        mailbox = dice.choice((None, dice.randint(1, _LAST_MAILBOX)))
        last = 1 if page is not None else _LAST_REQUEST if mailbox is None else _LAST_OF_A_MAILBOX
        found.append(
            Order(
                fault=name,
                mailbox=mailbox,
                request=dice.randint(1, last),
                page=page if isinstance(page, int) else None,
                byte=byte if isinstance(byte, int) else None,
                options=options,
            )
        )
    return tuple(found)
