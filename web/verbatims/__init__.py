"""What customers said, on pages."""
