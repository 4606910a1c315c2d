"""What can be done about trust, a file per verb."""
