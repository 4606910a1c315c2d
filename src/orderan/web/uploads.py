"""A large file on its way from a browser: straight to its folder, never whole in memory.

The framework reads a form before anybody asks who sends it. A route that takes large files leaves
that to us: the guard has let the sender in, the token of the form stands before the file and is
compared first, and every byte is counted.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final, Protocol

from litestar import Request
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.middleware.csrf import CSRF_SECRET_BYTES, generate_csrf_hash
from multipart import MultipartSegment, ParserError, PushMultipartParser

from orderan.kit.errors import Refusal

_PIECE: Final = 1 << 20
_FIELD_BYTES: Final = 256 * 1024
"""Longest of the other fields, such as a mapping."""


class Coming(Protocol):
    """Where a file is put, piece by piece."""

    @property
    def size(self) -> int: ...
    def write(self, piece: bytes | bytearray, /) -> None: ...
    def drop(self) -> None: ...


@dataclass
class Form:
    """What was sent: fields as text, and at most one large file.

    Attributes:
        refused: Why the file was not taken; the rest of the form is there all the same.
    """

    fields: dict[str, str] = field(default_factory=dict)
    file: Any = None
    refused: Refusal | None = None


async def form_with_file(
    request: Request[Any, Any, Any],
    *,
    name: str,
    receive: Callable[[str], Coming],
    most_bytes: int,
    too_large: Refusal,
) -> Form:
    """Read a form whose field `name` is a file too large for memory.

    Whoever gets the file keeps or drops it; when this raises, it is dropped.

    Args:
        receive: Begins a file under the name the browser gives; may refuse it.

    Raises:
        PermissionDeniedException: The token of the form is not the cookie's, or stands after the file.
        ClientException: The form is cut off or is none.
    """
    kind, options = request.content_type
    if kind != "multipart/form-data":
        plain = await request.form()
        check_token(request, str(plain.get("_csrf_token", "")))
        return Form({key: value for key, value in plain.items() if isinstance(value, str)})
    reading = _Reading(request, Form(), name, receive, most_bytes, too_large)
    try:
        with PushMultipartParser(options.get("boundary", ""), strict=False) as parser:
            async for chunk in request.stream():
                for part in parser.parse(chunk):
                    await reading.take(part)
                if reading.surplus > most_bytes:
                    break
            if not parser.closed and not reading.surplus:
                for part in parser.parse(b""):
                    await reading.take(part)
        check_token(request, reading.form.fields.get("_csrf_token", ""))
    except ParserError as fault:
        reading.drop()
        detail = "the form is cut off"
        raise ClientException(detail) from fault
    except BaseException:
        reading.drop()
        raise
    return reading.form


class _Reading:
    """One form while its pieces come in."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        form: Form,
        name: str,
        receive: Callable[[str], Coming],
        most_bytes: int,
        too_large: Refusal,
    ) -> None:
        self.form = form
        self.surplus = 0
        self._request = request
        self._name = name
        self._receive = receive
        self._most_bytes = most_bytes
        self._too_large = too_large
        self._segment: MultipartSegment | None = None
        self._held = bytearray()
        self._into_file = False

    async def take(self, part: MultipartSegment | bytearray | None) -> None:
        if isinstance(part, MultipartSegment):
            self._segment = part
            self._held = bytearray()
            self._into_file = bool(part.name == self._name)
            if self._into_file:
                self._begin(part.filename or "")
        elif part is None:
            await self._end()
        elif self._into_file:
            await self._file_piece(part)
        else:
            self._held += part
            if len(self._held) > _FIELD_BYTES:
                detail = "a field is too long"
                raise ClientException(detail)

    def _begin(self, name: str) -> None:
        check_token(self._request, self.form.fields.get("_csrf_token", ""))
        if not name:
            return
        try:
            self.form.file = self._receive(name)
        except Refusal as refusal:
            self.form.refused = refusal

    async def _file_piece(self, piece: bytearray) -> None:
        if self.form.file is None:
            # Read to its end, so that the browser hears why it was not wanted.
            self.surplus += len(piece)
            return
        self._held += piece
        if self.form.file.size + len(self._held) > self._most_bytes:
            self.form.file.drop()
            self.form.file = None
            self.form.refused = self._too_large
            self._held = bytearray()
        elif len(self._held) >= _PIECE:
            await self._flush()

    async def _flush(self) -> None:
        held, self._held = self._held, bytearray()
        await asyncio.to_thread(self.form.file.write, held)

    async def _end(self) -> None:
        if self._into_file:
            if self.form.file is not None:
                await self._flush()
        elif self._segment is not None:
            self.form.fields[self._segment.name] = self._held.decode("utf-8", "replace")

    def drop(self) -> None:
        if self.form.file is not None:
            self.form.file.drop()


def check_token(request: Request[Any, Any, Any], token: str) -> None:
    """Raises PermissionDeniedException: the form was not written by a page of ours for this browser."""
    config = request.app.csrf_config
    assert config is not None
    cookie = request.cookies.get(config.cookie_name, "")
    length = CSRF_SECRET_BYTES * 2
    ours = generate_csrf_hash(token=token[:length], secret=config.secret)
    if not (
        compare_digest(token.encode(), cookie.encode())
        and compare_digest(token[length:].encode(), ours.encode())
    ):
        detail = "CSRF token verification failed"
        raise PermissionDeniedException(detail)
