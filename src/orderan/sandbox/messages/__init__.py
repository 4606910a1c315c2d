"""Simulated providers of messages, the phones and the mailbox they reach, and the people who answer."""
