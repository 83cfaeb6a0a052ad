"""Named queries of single pages."""
