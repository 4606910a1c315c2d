"""What requests of the simulated SNAP provider hold, and how it answers: JSON, codes of seven digits, its errors.

Source: the technical standard of BI SNAP; the code of an answer is the status of HTTP, the service and the case.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from orderan.sandbox.models import SimReply

WIB: Final = timezone(timedelta(hours=7))
MONEY: Final = re.compile(r"\d{1,16}\.\d{2}")


class Wrong(Exception):
    """Not as it should be; told as status, case and words."""

    def __init__(self, status: int, case: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.case = case
        self.words = words


def minified(body: bytes) -> bytes:
    """Without the blanks outside of texts."""
    kept, inside, escaped = bytearray(), False, False
    for byte in body:
        if inside:
            inside = escaped or byte != 0x22
            escaped = not escaped and byte == 0x5C
        elif byte == 0x22:
            inside = True
        elif byte in b" \t\r\n":
            continue
        kept.append(byte)
    return bytes(kept)


def members(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError as fault:
        raise Wrong(400, "00", "Bad Request") from fault
    if not isinstance(told, dict):
        raise Wrong(400, "00", "Bad Request")
    return told


def text_of(told: dict[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not found:
        raise Wrong(400, "02", f"Invalid Mandatory Field {name}")
    return found


def moment_of(told: dict[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text_of(told, name))
    except ValueError as fault:
        raise Wrong(400, "01", f"Invalid Field Format {name}") from fault
    if found.tzinfo is None:
        raise Wrong(400, "01", f"Invalid Field Format {name}")
    return found


def amount_of(told: dict[str, Any], name: str) -> int:
    given = told.get(name)
    value = given.get("value") if isinstance(given, dict) else None
    if not isinstance(value, str) or not MONEY.fullmatch(value):
        raise Wrong(400, "01", f"Invalid Field Format {name}.value")
    if given is None or given.get("currency") != "IDR":
        raise Wrong(400, "01", f"Invalid Field Format {name}.currency")
    return int(value.partition(".")[0])


def money(amount: int) -> dict[str, str]:
    return {"value": f"{amount}.00", "currency": "IDR"}


def local(at: datetime) -> str:
    return at.astimezone(WIB).isoformat(timespec="seconds")


def packed(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


def reply(
    service: str, status: int, case: str, words: str, more: Mapping[str, Any] | None = None
) -> SimReply:
    code = {"responseCode": f"{status}{service}{case}", "responseMessage": words}
    return SimReply(status, packed(code | dict(more or {})))
