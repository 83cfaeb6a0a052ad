"""Third-party files: exactly those of the manifest, with their licences; nothing from elsewhere, nothing inline."""

import hashlib
import json
import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
VENDOR = WEB / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))


def test_every_vendored_file_is_the_one_of_the_manifest() -> None:
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"manifest.json"}
    assert present == {entry["path"] for entry in MANIFEST["files"]}
    for entry in MANIFEST["files"]:
        assert hashlib.sha256((VENDOR / entry["path"]).read_bytes()).hexdigest() == entry["sha256"], entry["path"]


def test_every_package_has_a_version_a_licence_and_its_text() -> None:
    texts = {path.name for path in (VENDOR / "licences").iterdir()}
    for package in MANIFEST["packages"]:
        assert re.fullmatch(r"\d+\.\d+.*", package["version"])
        assert package["licence"] in {"0BSD", "MIT", "Apache-2.0", "BSD-3-Clause", "OFL-1.1"}
        assert package["name"].replace("@", "").replace("/", "-") + ".txt" in texts
    assert "echarts-NOTICE.txt" in texts


def test_versions_are_those_that_the_lock_pins() -> None:
    lock = json.loads((WEB / "assets" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package in MANIFEST["packages"]:
        assert lock[f"node_modules/{package['name']}"]["version"] == package["version"]


def test_the_lock_names_no_download_address() -> None:
    assert '"resolved"' not in (WEB / "assets" / "package-lock.json").read_text(encoding="utf-8")


def test_templates_hold_no_inline_script_style_or_foreign_address() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), path
        assert not re.search(r"<style|\son\w+=|javascript:|https?://", text), path


def test_our_own_scripts_and_styles_load_nothing_from_elsewhere() -> None:
    for path in (WEB / "static").glob("*.*"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
