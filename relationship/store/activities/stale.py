"""What every derivation from activities shares: which are looked at again, and which are one side's act."""

# A mail, and a call that nobody answered (0 minutes), are one side's act; `a` is the activity.
ONE_SIDED = "a.kind = 'email' OR (a.kind = 'call' AND a.minutes IS NOT NULL AND a.minutes = 0)"

STALE = "SELECT a.id FROM stale_activity s JOIN activity a ON a.key = s.key"
