"""The network under `Caller`: aiohttp's connections beneath httpx2's client.

A worker that asks a gateway about a thousand payments a second spends more on finding a free connection in
httpcore2's pool, which looks at every one of them for every request, than on all the rest of settling.
"""

from collections.abc import AsyncIterator

import aiohttp
import httpx2
from yarl import URL


class PartnerNetwork(httpx2.AsyncBaseTransport):
    """Connections that are kept; nothing is followed, unpacked, remembered or added to what is sent."""

    def __init__(self, *, connections: int, connect_s: float) -> None:
        """Open no connection yet.

        Args:
            connect_s: How long may pass until a connection is there, waiting for a free one included.
        """
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_s)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        try:
            answer = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
                ],
                data=body or None,
                allow_redirects=False,
            )
        except aiohttp.ClientConnectorError as fault:
            raise httpx2.ConnectError(str(fault), request=request) from fault
        except aiohttp.ConnectionTimeoutError as fault:
            raise httpx2.ConnectTimeout(str(fault), request=request) from fault
        except (aiohttp.ClientError, OSError) as fault:
            raise httpx2.ReadError(str(fault), request=request) from fault
        return httpx2.Response(answer.status, headers=list(answer.raw_headers), stream=_Body(answer, request))

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made where there is a loop to make it in."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, limit_per_host=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )
        return self._session


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse, request: httpx2.Request) -> None:
        self._answer = answer
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.content.iter_any():
                yield part
        except (aiohttp.ClientError, OSError) as fault:
            raise httpx2.ReadError(str(fault), request=self._request) from fault

    async def aclose(self) -> None:
        """What was read to its end is kept for the next request; what was not is cut off."""
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()
