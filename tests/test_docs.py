"""What the documents promise is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(document: Path):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (document.parent / target).exists(), target


def test_every_command_that_a_document_names_exists():
    from relationship.cli import main

    for document in DOCUMENTS:
        named = set(re.findall(r"(?:`|^ {4})relationship ([a-z-]+)", document.read_text("utf-8"), re.MULTILINE)) - {
            "--help"
        }
        assert named <= set(main.commands), document.name


def test_every_variable_that_a_document_names_is_a_setting():
    from relationship.config import Config

    known = {f"RELATIONSHIP_{name.upper()}" for name in Config.model_fields}
    for document in (ROOT / "README.md", *ROOT.glob("docs/**/*.md")):
        named = set(re.findall(r"RELATIONSHIP_[A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
        assert named <= known, document.name


def test_every_room_of_the_architecture_exists():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = re.search(r"```\n(relationship/.*?)```", text, re.DOTALL).group(1)
    for line in rooms.splitlines():
        if line.startswith(" " * 20):
            continue  # the second line of a room
        parent = ROOT / "relationship" if line.startswith("  ") else ROOT
        for name in line.strip().split("  ")[0].split():
            assert (parent / name).exists(), name


def test_the_project_names_no_registry_and_no_path_of_a_machine():
    files = [ROOT / "requirements.lock", ROOT / "pyproject.toml", ROOT / "web" / "assets" / "package-lock.json"]
    for path in files:
        assert not re.search(r"https?://[^\s\"]*(pypi|npmjs|pythonhosted)", path.read_text(encoding="utf-8")), path
