"""What can be done about trouble of payment rails."""
