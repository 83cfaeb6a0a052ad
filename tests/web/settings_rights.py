"""Rights to health fields as an administrator sets them."""

from web_builder import NOW
from web_site import Site

from relationship.store import rules
from settings.rules import HealthRights


def take_list_from_sellers(site: Site) -> None:
    with site.store.transaction() as conn:
        _version, present = rules.current(conn)
        section = HealthRights(may_list=("sales_manager", "sales_admin", "customer_success"))
        rules.save(conn, present.model_copy(update={"health_rights": section}), at=NOW, by="admin")
