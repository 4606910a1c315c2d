"""Pages for the people who work in the shop."""
