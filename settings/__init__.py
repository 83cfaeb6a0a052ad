"""What sales admins decide: the organisation's rules and the pages that change them.

`rules.py` is the record and its validation (no I/O, no Flask); read it first.
"""
