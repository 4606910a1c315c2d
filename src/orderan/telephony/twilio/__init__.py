"""Twilio: Programmable Voice, TwiML, signed requests, machine detection."""
