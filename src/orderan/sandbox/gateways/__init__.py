"""Simulated gateways, a file each."""
