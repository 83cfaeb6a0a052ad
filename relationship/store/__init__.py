"""Tables, named queries and migrations: the only SQL of the house.

Enters: parsed pages from `sync`. Leaves: contact days for `health`, finished rows for `web`.
Read first: `tables.py`, then `database.py` (transactions), `sightings.py` (one activity from many copies)
and `contact_days.py` (what counts for a record). Every function takes the connection of its transaction.
"""
