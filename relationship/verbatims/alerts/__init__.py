"""Alert rules, pure: conditions on a verbatim and why they hold, who is told and how, ready-made cases, and the profile
of lost customers.

    Facts (of one verbatim and its account) -> conditions.judge -> Judged (matches, because of which words)

Read `conditions.py` first.
"""
