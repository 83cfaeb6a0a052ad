"""What was changed, by whom, when and why."""
