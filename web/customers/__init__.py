"""Accounts as customers: scores, health fields, events."""
