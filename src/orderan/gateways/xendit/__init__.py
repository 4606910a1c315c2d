"""Xendit: Payment Requests v3 for everything but cards, a Payment Session's hosted page for cards."""
