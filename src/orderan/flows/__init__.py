"""Flows: what takes several domains, each readable as the sentence it implements."""
