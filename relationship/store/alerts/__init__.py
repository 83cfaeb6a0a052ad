"""Alert rules and what they raised."""
