"""Records of the CRM and the columns that are written back there."""
