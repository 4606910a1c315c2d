"""What can be done about telling people things."""
