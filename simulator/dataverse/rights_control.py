"""Control commands for rights: the methods of `Rights`, with principals by GUID and depths by name."""

from collections.abc import Callable, Mapping

from simulator.dataverse import fields
from simulator.dataverse.crm import Crm
from simulator.dataverse.fields import Json
from simulator.dataverse.rights import Depth


def _set_depth(crm: Crm, body: Json) -> None:
    depth = Depth[fields.text(body, "depth").upper()]
    crm.rights.set_depth(fields.text(body, "system_user"), fields.table(body), depth)


def _manager(crm: Crm, body: Json) -> None:
    crm.rights.set_manager(fields.text(body, "system_user"), body.get("manager"))


def _acting(crm: Crm, body: Json) -> None:
    crm.rights.acts_for_others = body.get("allowed") is True


RIGHTS_ACTS: Mapping[str, Callable[[Crm, Json], Json | None]] = {
    "set-depth": _set_depth,
    "set-manager": _manager,
    "acting-for-others": _acting,
    "join-team": lambda crm, body: crm.rights.join_team(fields.text(body, "team"), fields.text(body, "system_user")),
    "leave-team": lambda crm, body: crm.rights.leave_team(fields.text(body, "team"), fields.text(body, "system_user")),
    "share": lambda crm, body: crm.rights.share(
        fields.table(body), fields.text(body, "guid"), fields.text(body, "principal")
    ),
    "unshare": lambda crm, body: crm.rights.unshare(
        fields.table(body), fields.text(body, "guid"), fields.text(body, "principal")
    ),
}
