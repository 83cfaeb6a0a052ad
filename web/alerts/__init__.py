"""Alerts and their rules, on pages."""
