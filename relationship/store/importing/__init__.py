"""Imports from the waiting file to the merged rows."""
