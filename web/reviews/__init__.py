"""Business reviews as a page, a PDF and slides."""
