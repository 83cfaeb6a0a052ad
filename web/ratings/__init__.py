"""A rating on a page: why it stands there, its curve, what happened on the way."""
