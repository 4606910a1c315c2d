"""The whole application over a test shop, as `tests/inventory` has it."""

from inventory.conftest import api, client, person, world

__all__ = ["api", "client", "person", "world"]
