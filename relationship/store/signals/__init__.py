"""Signals, what is recommended about them, and what people did."""
