"""Twilio: text messages, with receipts and replies signed by Twilio."""
