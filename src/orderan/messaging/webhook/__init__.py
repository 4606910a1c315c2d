"""Webhooks: facts for another program, signed as Standard Webhooks has it."""
