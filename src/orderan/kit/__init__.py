"""Kit: what the domains stand on; no word of commerce in here."""
