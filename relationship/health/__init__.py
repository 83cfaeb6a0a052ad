"""The health room: contact days and rules in, ratings out. Pure: no clock, no I/O.

In:  `ContactDays` (one row per record, kind and day), `HealthRules`, day numbers.
Out: `Ratings` for all records at once; for one record its curve, forecast and explanation.

Read `docs/health.md` first, then score.py (the formula), sums.py (what it needs of the past), rating.py
(everything for many records in one pass).
"""
