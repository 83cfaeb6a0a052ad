"""What the tests of lists, sources, templates and first steps share: groups, domains, mailboxes, forms."""

from typing import Any

from settings_site import SAME_SITE, token
from web_builder import guid
from web_site import Site

from relationship.store import deployment, rules
from relationship.store.sources import scope, sources
from settings.rules import Rules

HR, SALES = "g-hr", "g-sales"


def present(site: Site) -> tuple[int, Rules]:
    with site.store.reading() as conn:
        return rules.current(conn)


def put(site: Site, **sections: Any) -> int:
    """Put sections in force, as another admin does; returns the version."""
    with site.store.transaction() as conn:
        _version, now = rules.current(conn)
        return rules.save(
            conn, now.model_copy(update=sections), at=site.app.extensions["house"].clock(), by="other", by_name="Ada"
        )


def add_directory(site: Site) -> None:
    """Two groups of the directory, one of them with a name that asks for care, and our own domain."""
    with site.store.transaction() as conn:
        scope.set_groups(conn, {HR: "Ressources humaines", SALES: "Équipe commerciale"})
        deployment.set_domains(conn, ["fjord.example"])


def add_mailboxes(site: Site, *keys: str) -> None:
    with site.store.transaction() as conn:
        for number in sources.ensure(conn, [f"mailbox/{key}" for key in keys]).values():
            sources.set_state(conn, number, "healthy", at=site.app.extensions["house"].clock(), success=True)


def send(client: Any, page: str, path: str, form: dict[str, Any]) -> Any:
    """As a browser sends a form of the page."""
    shown = client.get(page).text
    return client.post(path, data={"csrf_token": token(shown), **form}, headers=SAME_SITE)


__all__ = ["HR", "SALES", "add_directory", "add_mailboxes", "guid", "present", "put", "send"]
