"""Putting the orders of a plan to work in a running organisation."""

from simulator.fault_plans import crm, hints, mail, meetings, rounds, service
from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Family, Stage

FAULTS: Family = {
    **rounds.FAMILY, **service.FAMILY, **mail.FAMILY, **meetings.FAMILY, **crm.FAMILY, **hints.FAMILY,
}  # fmt: skip


def bind(stage: Stage, orders: tuple[Order, ...]) -> None:
    """Every order becomes a fault on the wire or an act of the organisation, in the plan of the stage.

    Raises UnknownNameError for a mailbox that is not there, ValueError for an option a fault does not know.
    """
    for order in orders:
        FAULTS[order.fault](stage, order)
