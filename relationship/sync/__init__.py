"""The only code that talks to Microsoft: colleagues, mail and CRM records come in by delta.

Enters: pages of Microsoft Graph and Dataverse. Leaves: parsed pieces, kept by `store` page by page.
Read first: `run.py` (one run), then `delta.py` (one round: the order of writes is the design), `mailboxes.py`
and `crm.py`; below them `transport.py` (one request), `faults.py` (who must act) and `disposition.py` (what
is kept).
"""
