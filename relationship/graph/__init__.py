"""The graph room: common contact days in, ties, the network and introduction paths out. Pure: no clock, no I/O.

In:  activities of pairs of people as arrays, day numbers, who is a colleague, who may not be used.
Out: `TieSums` (kept), closeness and strength of a tie, a `Network`, `Introductions` for a seller, what of a
     tie a viewer may see, the odds of success learnt from outcomes.

Read `docs/who-knows-whom.md` first, then ties.py (the formula), network.py (how it lies in memory),
introductions.py (the search), visibility.py (who may see what). "msgraph" is always Microsoft Graph.
"""
