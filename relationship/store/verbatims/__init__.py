"""What customers said, and what was understood of it."""
