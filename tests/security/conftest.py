"""The application and the people of the access tests, to be attacked."""

from access.conftest import hire, house, password_hash

__all__ = ["hire", "house", "password_hash"]
