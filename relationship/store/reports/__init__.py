"""Custom reports: what is kept of them, and their facts."""
