"""Custom reports."""
