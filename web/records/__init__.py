"""The page of one record: opportunity, contact, lead, account."""
