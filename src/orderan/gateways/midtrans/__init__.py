"""Midtrans: the Core API for everything but cards, Snap's hosted page for cards."""
