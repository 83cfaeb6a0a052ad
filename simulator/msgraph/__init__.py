"""Microsoft Graph v1.0 of the simulated organisation: users, mail folders and mail.

A request enters `views.py`, becomes a `Call` (`call.py`), is routed by its path (`routes.py`) and
answered from the live organisation. Delta rounds (`rounds.py`) page through a change log; their links
(`links.py`) hold the place in the round. Read `call.py` first, then `routes.py`.
"""
