"""Who the API takes the caller for, and the token that a write needs."""

from flask import Response
from flask_wtf.csrf import generate_csrf
from pydantic import BaseModel, Field

from web.api.document import documented
from web.api.rooms import answer, room
from web.identity.members import member

blueprint = room("session", __name__)


class Session(BaseModel):
    name: str
    roles: list[str]
    token: str = Field(
        description="For the header X-CSRFToken of every write of this session; an application needs none."
    )


@blueprint.get("/session")
@documented({200: Session}, tag="session")
def session() -> Response:
    """Who is signed in

    With the token that POST, PUT and DELETE need.
    """
    caller = member()
    token = "" if caller.by_token else generate_csrf()
    return answer(Session(name=caller.name, roles=sorted(role.value for role in caller.roles), token=token))
