"""How the simulated Stripe answers: objects, lists and errors in JSON, and forms with members in members.

Source: Stripe's API reference.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from orderan.sandbox.models import SimReply

ROWS: Final = 10
MOST_ROWS: Final = 100


def nested(asked: Mapping[str, str], name: str) -> dict[str, str]:
    start = f"{name}["
    return {key[len(start) : -1]: value for key, value in asked.items() if key.startswith(start)}


def inner(expand: Iterable[str], name: str) -> set[str] | None:
    """What is to be expanded within a member; None where the member itself is not."""
    paths = [path.split(".") for path in expand]
    found = [path[1:] for path in paths if path[0] == name]
    return {".".join(path) for path in found if path} if found else None


def listed(url: str, rows: Iterable[Mapping[str, Any]], asked: Mapping[str, str]) -> SimReply:
    made = list(rows)
    if after := asked.get("starting_after"):
        names = [row["id"] for row in made]
        if after not in names:
            return missing("object", after)
        made = made[names.index(after) + 1 :]
    limit = min(int(asked.get("limit") or ROWS), MOST_ROWS)
    return well({"object": "list", "url": url, "has_more": len(made) > limit, "data": made[:limit]})


def well(told: Mapping[str, Any]) -> SimReply:
    return SimReply(200, json.dumps(told).encode())


def error(status: int, kind: str, code: str | None, message: str) -> SimReply:
    told = {"type": kind, "message": message} | ({"code": code} if code else {})
    return SimReply(status, json.dumps({"error": told}).encode())


def missing(kind: str, name: str) -> SimReply:
    return error(404, "invalid_request_error", "resource_missing", f"No such {kind}: '{name}'")


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
