"""The way to Microsoft: tokens, sessions, patience, what a failed answer means."""
