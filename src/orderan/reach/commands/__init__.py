"""What can be done with accounts by which people are reached."""
