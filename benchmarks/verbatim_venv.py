"""Rivals of the verbatims in a venv of their own: parts of them are GPL and never become part of the product."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

RIVALS = ("vaderSentiment-fr==1.3.4", "textblob-fr==0.2.0", "setuptools<81")
_SCRIPT = Path(__file__).with_name("verbatim_rivals.py")


def rivals(texts: Sequence[str]) -> dict[str, dict[str, object]]:
    """Scores and seconds by rival; {} with a message where they cannot be installed."""
    with tempfile.TemporaryDirectory(prefix="verbatim-rivals-") as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        try:
            subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", *RIVALS], check=True)
            done = subprocess.run(
                [str(python), str(_SCRIPT)], input=json.dumps(list(texts)), capture_output=True, text=True, check=True
            )
        except subprocess.CalledProcessError as error:
            print(f"The rivals could not be measured ({error}).\n{error.stderr or ''}")
            return {}
        found: dict[str, dict[str, object]] = json.loads(done.stdout)
        return found
