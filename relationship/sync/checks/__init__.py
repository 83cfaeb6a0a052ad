"""What an administrator's examination looks at."""
