"""A running organisation for the tests of this folder."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from simulated import HttpsGraph, Validate, draft, mail, world

from simulator.server import Running, start

SHARED = Path(os.environ.get("RELATIONSHIP_SHARED", Path(__file__).parents[2].parent / "shared"))
SCHEMA = SHARED / "contracts" / "msgraph-strict.schema.json"


@pytest.fixture(scope="session")
def validate() -> Validate:
    """Checks that something fits a definition of the published schema of Microsoft Graph."""
    if not SCHEMA.is_file():
        pytest.skip("the schema of Microsoft Graph is not on this machine (RELATIONSHIP_SHARED names its folder)")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    def check(name: str, page: Any) -> None:
        Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}).validate(page)

    return check


@pytest.fixture
def running() -> Iterator[Running]:
    """Fjord on a real socket: eleven mails to Ines, one answer, one draft, one mail among outsiders."""
    mails = [mail(f"m{number}", "tor", "ines", cc=("omar",), days_ago=20 - number) for number in range(11)]
    others = [mail("answer", "ines", "tor"), draft("draft", "ines", "tor"), mail("outside", "tor", "lina")]
    with start(world(*mails, *others)) as found:
        yield found


@pytest.fixture
def graph(running: Running) -> HttpsGraph:
    return HttpsGraph(running)
