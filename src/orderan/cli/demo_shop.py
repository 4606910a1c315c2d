"""What `serve` tells about the demo shop: its logins, when it is loaded, and nothing otherwise.

The demo's contents are `orderan.demo`'s. It offers `logins(url)`, the lines to print; an empty list when
the database holds no demo shop. An installation without that package has no demo to speak of.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec


def greeting(url: str) -> Sequence[str]:
    """Lines with the demo's logins, none when there is no demo shop."""
    if not there_is_a_demo():
        return ()
    lines: Sequence[str] = import_module("orderan.demo").logins(url)
    return lines


def there_is_a_demo() -> bool:
    """Whether this installation comes with the demo shop."""
    return find_spec("orderan.demo") is not None
