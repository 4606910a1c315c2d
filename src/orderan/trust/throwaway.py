"""Domains of mailboxes anybody may open: a list that is kept by others, shipped as data (`disposable/SOURCE.md`)."""

from functools import cache
from importlib.resources import files


def is_throwaway(domain: str) -> bool:
    """Whether mailboxes of a domain, or of one it lies in, are opened by anybody and thrown away."""
    labels = domain.strip().rstrip(".").casefold().split(".")
    return any(".".join(labels[start:]) in _domains() for start in range(len(labels) - 1))


@cache
def _domains() -> frozenset[str]:
    listed = files(__package__).joinpath("disposable", "domains.txt").read_text(encoding="utf-8")
    return frozenset(listed.split())
