"""Makes the pictures of `docs/images/` from the invented organisation of the page tests.

    .venv/bin/python docs/screenshots.py

Needs Debian's chromium. The same pictures come out as long as pages and fonts are the same.
"""

import logging
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests" / "web"))

import web_builder  # noqa: E402
from web_site import Site, session_of, site_over  # noqa: E402

from relationship.desk.rate import rate_all  # noqa: E402
from relationship.store.database import open_store  # noqa: E402

# Chromium refuses its sandbox to root.
SANDBOX = ["--no-sandbox"] if os.geteuid() == 0 else []
DESKTOP, PHONE = (1280, 860), (390, 844)
DEALS = web_builder.deals_of_all_sorts()
# A relationship that came back to life tells most on one page.
TOLD = next(
    deal
    for number, deal in enumerate(DEALS)
    if web_builder.STORIES[number % len(web_builder.STORIES)] == "revived" and deal.status == "open"
)
PICTURES = (
    ("list-fr-light.png", "/opportunities", "fr", "light", DESKTOP),
    ("list-en-dark.png", "/opportunities", "en", "dark", DESKTOP),
    ("opportunity-fr-light.png", f"/opportunities/{TOLD.guid}", "fr", "light", (1280, 1000)),
    ("opportunity-fr-dark.png", f"/opportunities/{TOLD.guid}", "fr", "dark", (1280, 1000)),
    ("settings-fr-light.png", "/settings/health", "fr", "light", (1280, 900)),
    ("list-fr-phone.png", "/opportunities", "fr", "light", PHONE),
    ("opportunity-fr-phone.png", f"/opportunities/{TOLD.guid}", "fr", "dark", PHONE),
)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = open_store(f"sqlite:///{folder}/pictures.db")
        site = site_over(store)
        site.fill(DEALS)
        rate_all(site.app.extensions["house"])
        server = make_server("127.0.0.1", 0, site.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SANDBOX)
        for name, path, lang, theme, (width, height) in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height})
            _take(page, site, f"http://localhost:{server.server_port}", path, lang, theme, IMAGES / name)
            page.close()
        browser.close()
        server.shutdown()
        store.close()


def _take(page: Page, site: Site, address: str, path: str, lang: str, theme: str, target: Path) -> None:
    signer = site.app.session_interface.get_signing_serializer(site.app)
    role = "sales_admin" if path.startswith("/settings") else "sales_manager"
    values = {"session": signer.dumps(session_of(role)), "lang": lang, "theme": theme}
    page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in values.items()])
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    page.screenshot(path=target)


if __name__ == "__main__":
    main()
