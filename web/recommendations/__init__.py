"""Recommendations and acting on them."""
