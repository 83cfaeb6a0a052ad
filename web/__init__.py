"""The pages: sign-in, the list of opportunities, one opportunity. Flask, server-rendered.

Enters: the house (configuration, store, clock). Leaves: HTML, CSV and small JSON for charts.
Read first: `app.py` (the factory), then `opportunity_list.py` and `opportunity_page.py`. Reading goes
page → store through `relationship.access`; the numbers come from `relationship.health`, called once per page.
"""
