"""Detectors and scores: facts about an account and the moment in, signals and points out. Pure.

No detector reads a clock, a table or the network; what a signal rests on comes with it as evidence.
"""
