"""One reader per source: mailboxes, calendars, calls, tasks, CRM, directory."""
