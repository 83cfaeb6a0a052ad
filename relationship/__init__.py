"""Relationship health and who-knows-whom beside Dynamics 365.

Enters: what Microsoft 365 and Dataverse know of who wrote, called and met whom.
Leaves: rated opportunities, contacts, leads and accounts, each rating explained.
Read first: docs/architecture.md, then `activities.py`, `health/` and `sync/run.py`.
"""

__version__ = "0.1.0"
