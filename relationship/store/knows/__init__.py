"""The network of ties, and introductions."""
