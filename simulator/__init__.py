"""A simulated organisation on Microsoft 365 and Dynamics 365, for the demo, the tests and the benchmarks.

In: a world (`world.py`), that is who wrote to whom. Out: the real contracts over HTTPS on loopback, and handles
to change the organisation while it runs. Refuses to start outside demo and test.

Read first: `world.py` (what is told), `organisation.py` (how it lives), `server.py` (how it is started),
then `msgraph/`, `entra.py` and `dataverse/` (how it answers).
"""
