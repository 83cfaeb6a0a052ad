"""Faults by the names F01 to F59: what each does to the wire or to the organisation, and at which place.

In: orders from a JSON file or a seed (`orders.py`, `seeding.py`). Out: faults and acts in the running
organisation (`binding.py`). Each family of faults has a small home of its own; docs/fault-plans.md is the table.
"""
