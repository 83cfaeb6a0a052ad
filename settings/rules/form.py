"""The base of every section: frozen, and an unknown key is a mistake, never ignored."""

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def refusal(code: str, sentence: str) -> PydanticCustomError:
    """A fault with a stable code, which pages translate and the API answers."""
    return PydanticCustomError(code, sentence)
