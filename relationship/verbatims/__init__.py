"""A customer's own words: emotion, themes, threats, and the conditions of alert rules on them. Pure and offline."""
