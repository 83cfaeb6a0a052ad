"""What a change of rules would do to the whole pipeline, before it is saved."""
