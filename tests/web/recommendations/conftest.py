"""One simulated organisation for the browser tests of a module, and a browser signed in as Ines."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import served
from recommendation_bench import Bench, bench

from relationship.store.database import open_store
from web.identity.members import VISIT


@pytest.fixture(scope="module")
def organisation(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path = tmp_path_factory.mktemp("recommended") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    with bench(store) as found:
        yield found
    store.close()


@pytest.fixture(scope="module")
def place(organisation: Bench) -> Iterator[str]:
    with served(organisation.site.app) as found:
        yield found


@pytest.fixture
def ines(new_context: Callable[..., Any], organisation: Bench, place: str) -> Callable[..., Any]:
    """Opens a page as Ines."""

    def opened(path: str, *, lang: str = "fr", theme: str = "light", width: int = 1280) -> Any:
        app = organisation.site.app
        context = new_context(viewport={"width": width, "height": 900}, locale="fr-FR" if lang == "fr" else "en-GB")
        signer = app.session_interface.get_signing_serializer(app)
        cookie = signer.dumps({VISIT: "ines", "_user_id": organisation.key, "_fresh": True})
        values = {"session": cookie, "lang": lang, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": place} for name, value in values.items()])
        page = context.new_page()
        page.goto(place + path)
        return page

    return opened
