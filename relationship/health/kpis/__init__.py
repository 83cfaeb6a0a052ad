"""Key figures of one record, beside its score. Pure: plain records in, frozen dataclasses out.

In:  contact days, exchanges, mails, people and counts of one record, and the day that it is.
Out: what `docs/kpis.md` defines with an example of each; the page and the API show nothing else.

contact.py (last contact, days of contact), effort.py (sent and received, time), replies.py (response time and
rate), reach.py (neglected people, breadth), daily.py (activities per day), most.py (most contacted), deals.py
(comparison with opportunities that were won).
"""

from relationship.health.kpis.contact import RECENT_DAYS, Kpis, kpis

__all__ = ["RECENT_DAYS", "Kpis", "kpis"]
