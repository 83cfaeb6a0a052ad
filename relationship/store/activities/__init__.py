"""Activities: who met whom when, from the copies of many mailboxes to the days of contact."""
