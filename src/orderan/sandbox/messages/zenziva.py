"""A Zenziva that keeps its messages in memory. A regular account is told nothing afterwards.

Source: Zenziva's console API, as its published clients call it.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from orderan.sandbox.messages.models import SimMessage
from orderan.sandbox.messages.tray import Tray, parts_of
from orderan.sandbox.models import Letter, SimReply, SimRequest

PRICE: Final = 350
BALANCE: Final = 1_000_000


class ZenzivaSimulator:
    """See `MessageSimulator`."""

    name = "zenziva"
    absent = "absent"
    failing = "failed"
    reads = False

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.tray = Tray()
        self._keys = credentials["userkey"], credentials["passkey"]
        self._balance = BALANCE

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        given = self._read(request)
        keys = str(given.get("userkey")), str(given.get("passkey"))
        if not all(
            hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(keys, self._keys, strict=True)
        ):
            return _json(200, {"status": "5", "text": "Userkey / Passkey Salah"})
        if request.method == "GET" and request.path.rstrip("/") == "/api/balance":
            return _json(200, {"status": "1", "balance": f"{self._balance:,}"})
        if not self.sends(request):
            return SimReply(404, b"Not Found", {"content-type": "text/plain"})
        to, text = str(given.get("to") or ""), str(given.get("message") or "")
        if not text:
            return _json(200, {"status": "6", "text": "Konten SMS rejected"})
        cost = PRICE * parts_of(text)
        if cost > self._balance:
            return _json(200, {"status": "99", "text": "Credit tidak mencukupi"})
        self._balance -= cost
        number = str(900_000 + self.tray.next_number())
        phone = f"+62{to.removeprefix('0')}" if to.startswith("0") else f"+{to.lstrip('+')}"
        self.tray.add(SimMessage(self.name, number, phone, text, now, parts=parts_of(text)))
        return _json(
            201, {"messageId": number, "to": to, "status": "1", "text": "Success", "cost": str(cost)}
        )

    def sends(self, request: SimRequest) -> bool:
        return request.method == "POST" and request.path.rstrip("/") == "/reguler/api/sendsms"

    def throttled(self) -> SimReply:
        return _json(200, {"status": "89", "text": "Pengiriman SMS berulang-ulang ke satu nomor"})

    def refuses(self, message: SimMessage, *, now: datetime) -> str | None:  # noqa: ARG002 - it refuses none
        return None

    def registered_at(self, address: str | None) -> None:
        """It writes to nobody."""

    def news(self, message: SimMessage, *, now: datetime) -> list[Letter]:  # noqa: ARG002 - it tells nothing
        return []

    def written(self, message: SimMessage, *, to: SimMessage | None) -> list[Letter]:  # noqa: ARG002 - the same
        return []

    def forged(self, letter: Letter) -> Letter:
        return letter

    def _read(self, request: SimRequest) -> Mapping[str, Any]:
        if request.method == "GET":
            return request.query
        if "json" in request.headers.get("content-type", ""):
            try:
                told = json.loads(request.body)
            except ValueError:
                return {}
            return told if isinstance(told, dict) else {}
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _json(status: int, told: Mapping[str, Any]) -> SimReply:
    return SimReply(status, json.dumps(told).encode())
