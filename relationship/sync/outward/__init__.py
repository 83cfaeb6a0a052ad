"""What goes out: mail, tasks, appointments, columns, webhooks."""
