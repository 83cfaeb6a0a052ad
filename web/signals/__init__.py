"""The list of signals and their words."""
