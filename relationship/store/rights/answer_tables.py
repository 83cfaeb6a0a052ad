"""The table of answers that a program may ask for again."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class KeptAnswer(SQLModel, table=True):
    """What a write of the API was answered, for whoever sends it again under the same key.

    caller        object id of who asked;  key_hash: of the key that came along;  request_hash: of what was asked
    status        0 while the first one is being done;  headers: JSON;  kept_at: real time
    """

    __tablename__ = "kept_answer"
    caller: str = Field(primary_key=True)
    key_hash: str = Field(primary_key=True)
    request_hash: str
    status: int = 0
    headers: str = "{}"
    body: str = ""
    kept_at: datetime = Field(sa_type=UtcDateTime, index=True)


KEPT_ANSWER = table(KeptAnswer)
