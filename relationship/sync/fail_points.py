"""The named places of a sync run where a test can end the process (`relationship.failpoints`).

Every place is passed by a first reading of an organisation; a test checks that this list is complete.
"""

from relationship.sync.readers import calls, planner
from relationship.sync.readers.delta import PLACES

_FOLDER_PLACES = (
    "before_fetch", "fetched", "transaction_open", "removed", "saved", "place_saved", "committed",
)  # fmt: skip

_ROOMS = ("directory", "crm", "activity", "mail", "calendar", "lists", "todo")

SYNC_FAIL_POINTS: tuple[str, ...] = (
    *(
        f"{room}.{place}"
        for room in ("directory", "crm", "activity", "mail", "feedback", "calendar", "lists", "todo")
        for place in PLACES
    ),
    *(f"folders.{place}" for place in _FOLDER_PLACES),
    "directory.domains_saved",
    "policy.settled",
    "policy.enforced",
    "policy.committed",
    "activity.parties_fetched",
    "activity.places_reset",
    "mail.places_reset",
    "feedback.places_reset",
    "calendar.completed",
    "calendar.places_reset",
    *(f"planner.{place}" for place in planner.PLACES),
    *(f"calls.{place}" for place in calls.PLACES),
)

# Passed by `relationship reconcile` when it finds something to heal.
RECONCILE_FAIL_POINTS: tuple[str, ...] = (
    "reconcile.fetched", "reconcile.transaction_open", "reconcile.saved", "reconcile.committed",
)  # fmt: skip
