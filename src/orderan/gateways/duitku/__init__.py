"""Duitku, API v2: the buyer is charged by a method of ours, not on Duitku's own page of methods."""
