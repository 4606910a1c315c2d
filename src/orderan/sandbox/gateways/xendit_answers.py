"""How the simulated Xendit answers: JSON, its errors, its times.

Source: Xendit's API reference. The status of an answer is HTTP's, an error is `error_code` and `message`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from orderan.sandbox.models import SimReply

BUSINESS: Final = "5f27a14a9bf05c73dd040bc8"
NAMES: Final = UUID("0e0f4d3e-95a5-4d0c-8f4e-0b2ff6a3b7a1")
PAGE: Final = 10
"""Rows of a list, unless more are asked for."""


def read(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def opens(url: object) -> bool:
    """Whether a browser may be sent there: by HTTPS, or on this machine, where a demo runs."""
    parts = urlsplit(str(url))
    here = parts.hostname in {"localhost", "127.0.0.1"}
    return bool(parts.hostname) and (parts.scheme == "https" or (here and parts.scheme == "http"))


def reply(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(told).encode())


def error(status: int, code: str, words: str) -> SimReply:
    return reply(status, {"error_code": code, "message": words})


def invalid(words: str) -> SimReply:
    return error(400, "API_VALIDATION_ERROR", words)


def unknown() -> SimReply:
    return error(404, "DATA_NOT_FOUND", "The requested data does not exist")


def no_such_address() -> SimReply:
    return error(404, "NOT_FOUND", "The requested resource was not found")
