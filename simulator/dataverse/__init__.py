"""The simulated Dynamics 365: the rows of a world behind Dataverse's Web API.

In: a `World`. Out: a Flask blueprint and the live state that tests change. Read first: `crm.py` (state),
then `api.py` (protocol), `rows.py` and `activity_rows.py` (how a world looks in the CRM), `activities.py`
(what can happen to activities).
"""

from simulator.dataverse.activities import Activities
from simulator.dataverse.api import TokenCheck, blueprint
from simulator.dataverse.control import control_blueprint
from simulator.dataverse.crm import Crm
from simulator.dataverse.limits import Limits, ServiceProtection
from simulator.dataverse.schema import Ref

__all__ = ["Activities", "Crm", "Limits", "Ref", "ServiceProtection", "TokenCheck", "blueprint", "control_blueprint"]
