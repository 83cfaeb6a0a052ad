"""Which understanding a text was understood with."""

# Goes up with every change of a list of words or of how it is used: texts understood before are then understood anew.
UNDERSTANDING_VERSION = "2026.4"
