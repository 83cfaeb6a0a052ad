"""What sales admins decide: the organisation's rules, their effect, their history and the pages that change them.

`rules/` is the document and its validation (no I/O, no Flask); read it first. `preview.py` says what a change
would do, `history.py` what was changed; `pages/` shows all of it (only the app factory imports it).
"""
