"""The acts that write, one module per noun; no act imports another.

Enters: the house (configuration, store, clock). Leaves: a changed database and a report of what changed.
"""
