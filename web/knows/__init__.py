"""Who knows whom, and introductions."""
