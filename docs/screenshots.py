"""Makes the pictures of `docs/images/` by walking through the running demonstration in Chromium.

    .venv/bin/python docs/screenshots.py [NAME …]

Without names every page is taken. Needs Debian's chromium. The demonstration's world and clock are fixed, so that
the same pictures come out as long as pages and fonts are the same.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
START_SECONDS = 600
# Chromium refuses its sandbox to root.
SANDBOX = ["--no-sandbox"] if os.geteuid() == 0 else []
SELLER, MANAGER, ADMIN, SUCCESS = "Karim", "Valérie", "Grégoire", "Chloé"


@dataclass(frozen=True, slots=True)
class Look:
    """One way of seeing a page."""

    language: str = "fr"
    theme: str = "light"
    width: int = 1280
    height: int = 900

    @property
    def word(self) -> str:
        return f"{self.language}-{'phone' if self.width < 600 else self.theme}"


AT_A_DESK = Look()
AT_NIGHT = Look("en", "dark")
ON_A_PHONE = Look("fr", "light", 390, 844)


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it: its name, whose eyes, where it begins, what is clicked there, in which looks."""

    name: str
    who: str
    path: str
    clicks: tuple[str, ...] = ()
    looks: tuple[Look, ...] = (AT_A_DESK,)


FIRST_ROW = "tbody tr:first-child a"
PICTURES = (
    Picture("home", SELLER, "/home", looks=(AT_A_DESK, ON_A_PHONE)),
    Picture("pipeline", MANAGER, "/pipeline", looks=(AT_A_DESK, AT_NIGHT)),
    Picture("opportunities", MANAGER, "/opportunities", looks=(AT_A_DESK, AT_NIGHT, ON_A_PHONE)),
    Picture("opportunity", MANAGER, "/opportunities", (FIRST_ROW,), looks=(AT_A_DESK, AT_NIGHT, ON_A_PHONE)),
    Picture("contacts", MANAGER, "/contacts"),
    Picture("contact", MANAGER, "/contacts", (FIRST_ROW,)),
    Picture("leads", MANAGER, "/leads"),
    Picture("lead", MANAGER, "/leads", (FIRST_ROW,)),
    Picture("accounts", MANAGER, "/accounts"),
    Picture("account", MANAGER, "/accounts", (FIRST_ROW,)),
    Picture("who-knows-whom", SELLER, "/opportunities", (FIRST_ROW, "a[href^='/who-knows-whom/']")),
    Picture("introductions", SELLER, "/introductions"),
    Picture("introduction-results", ADMIN, "/introductions/results"),
    Picture("notices", SELLER, "/notices"),
    Picture("imports", SUCCESS, "/imports"),
    Picture("signals", SUCCESS, "/signals", looks=(AT_A_DESK, AT_NIGHT, ON_A_PHONE)),
    Picture("recommendations", SUCCESS, "/recommendations?who=all"),
    Picture("customers", SUCCESS, "/customers"),
    Picture("account-scores", SUCCESS, "/customers", (FIRST_ROW,)),
    Picture("reports", SUCCESS, "/reports"),
    Picture("report", SUCCESS, "/reports/build"),
    Picture("verbatims", SUCCESS, "/verbatims", looks=(AT_A_DESK, AT_NIGHT)),
    Picture("verbatim", SUCCESS, "/verbatims", (".vb-text a",)),
    Picture("sensitivities", SUCCESS, "/verbatims/sensitivities"),
    Picture("verbatims-best", SUCCESS, "/verbatims/best"),
    Picture("alerts", ADMIN, "/alerts?whose=all"),
    Picture("alert", ADMIN, "/alerts?whose=all", (".alert-name",)),
    Picture("alert-rules", ADMIN, "/alerts/rules"),
    Picture("settings-signals", ADMIN, "/settings/signals"),
    Picture("settings-themes", ADMIN, "/settings/themes"),
    Picture("settings-customer-health", ADMIN, "/settings/customer-health"),
    Picture("settings-recommendations", ADMIN, "/settings/recommendations"),
    Picture("settings-health", ADMIN, "/settings/health"),
    Picture("settings-introductions", ADMIN, "/settings/introductions"),
    Picture("settings-exclusions", ADMIN, "/settings/exclusions"),
    Picture("settings-sources", ADMIN, "/settings/sources"),
    Picture("settings-actions", ADMIN, "/settings/actions"),
    Picture("settings-deliveries", ADMIN, "/settings/deliveries"),
    Picture("settings-history", ADMIN, "/settings/history"),
    Picture("status", ADMIN, "/status"),
)


def main(names: Sequence[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SANDBOX)
        visits: dict[tuple[str, Look], BrowserContext] = {}
        for picture in wanted:
            for look in picture.looks:
                visit = visits.get((picture.who, look)) or _visit(browser, address, picture.who, look)
                visits[picture.who, look] = visit
                _take(visit, address, picture, look)
        browser.close()


@contextmanager
def demonstration() -> Iterator[str]:
    """The demonstration in a folder of its own; yields its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "relationship.cli", "demo", "--port", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            _wait_for(port, process)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(process.stderr.read() if process.stderr else "The demonstration ended.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    sys.exit(f"The demonstration did not answer within {START_SECONDS} seconds.")


def _visit(browser: Browser, address: str, who: str, look: Look) -> BrowserContext:
    """Somebody signed in, with language and theme chosen."""
    visit = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        locale={"fr": "fr-FR", "en": "en-GB"}[look.language],
        color_scheme="dark" if look.theme == "dark" else "light",
    )
    page = visit.new_page()
    page.goto(f"{address}/auth/start?next=/")
    page.get_by_text(who).first.click()
    page.wait_for_url(f"{address}/**")
    page.close()
    return visit


def _take(visit: BrowserContext, address: str, picture: Picture, look: Look) -> None:
    page = visit.new_page()
    answer = page.goto(address + picture.path)
    if answer is None or not answer.ok:
        sys.exit(f"{picture.path} answered {answer.status if answer else 'nothing'}.")
    for selector in picture.clicks:
        page.locator(selector).first.click()
    _settled(page)
    page.screenshot(path=IMAGES / f"{picture.name}-{look.word}.png")
    page.close()


def _settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    # Charts are drawn in the frame after their data came.
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main(sys.argv[1:])
