"""What the service and sellers write: introductions, changes, alerts, digests. Sentences only: nothing is sent here."""
