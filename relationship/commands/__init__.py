"""The commands of `relationship`, one module per occasion; cli.py puts them together.

Heavy things are imported where they are used, so that help is instant.
"""
