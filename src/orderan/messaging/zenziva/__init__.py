"""Zenziva: text messages to Indonesian numbers, with a regular account."""
