"""Vonage: text messages by its SMS API, with receipts and replies that are signed."""
