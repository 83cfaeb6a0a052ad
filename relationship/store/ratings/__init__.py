"""Ratings: what they rest on, what they are, how they changed."""
