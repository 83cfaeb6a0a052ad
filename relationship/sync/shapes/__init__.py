"""The shape of what Microsoft tells, as plain pieces. Pure."""
