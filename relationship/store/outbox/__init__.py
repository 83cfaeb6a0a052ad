"""Everything that leaves by itself."""
