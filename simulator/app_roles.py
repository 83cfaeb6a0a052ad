"""Who of a world has which app roles: those the world names, else the busiest owners, one role each."""

from collections import Counter

from simulator.world import World

# The app roles of the product, in the order in which people get one when the world names nobody.
ROLES = ("seller", "seller", "sales_manager", "sales_admin", "customer_success", "privacy_officer")


def app_roles(world: World) -> list[tuple[str, tuple[str, ...]]]:
    """Person ids with their roles, in the order in which the sign-in page offers them."""
    if world.sign_in:
        return [(entry.person_id, entry.roles) for entry in world.sign_in]
    owned = Counter(opportunity.owner_id for opportunity in world.opportunities)
    colleagues = [p.id for p in world.people if p.is_colleague and p.job_title != "mailbox"]
    colleagues.sort(key=lambda person_id: (-owned[person_id], person_id))
    return [(person_id, (role,)) for person_id, role in zip(colleagues, ROLES, strict=False)]
