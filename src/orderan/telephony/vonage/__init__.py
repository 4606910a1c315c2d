"""Vonage: Voice API v1, NCCO, tokens on what is asked and on what is told."""
