"""Custom reports over accounts: what can be shown, what one report shows, and working it out. Pure.

In: a definition (`definition.py`) and the facts of accounts as columns of one length (`table.Frame`, read by
`relationship/store/reports/report_facts.py`). Out: lines, or groups with figures, and totals. Read `columns.py` first.
"""
