"""Files of other systems as rows that can be kept: pure reading and checking, no database.

In: the bytes of a CSV or XLSX file, its kind (`kinds.py`), how it is to be read (`options.py`) and the names of the
accounts we know. Out: batches of values with their line numbers, and for every line that is not taken a code, a
column and a sentence (`faults.py`). Read first: `kinds.py`, then `rows.py`.
"""
