"""What goes over the wire to a partner, and what every way of breaking off means."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from orderan.kit import calling
from orderan.kit.calling import Caller, Fault, OutcomeUnknown, PartnerFailed

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@asynccontextmanager
async def partner(answer: bytes, *, heard: list[bytes], connections: list[int]) -> AsyncIterator[str]:
    """A partner that answers every request with these bytes and then, where they are cut short, hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length")
                    ),
                    0,
                )
                heard.append(head + await reader.readexactly(length))
                writer.write(answer)
                await writer.drain()
                if answer != OK:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_nothing_is_added_to_what_is_sent_and_the_connection_is_kept() -> None:
    heard: list[bytes] = []
    connections: list[int] = []
    async with partner(OK, heard=heard, connections=connections) as there, Caller() as caller:
        address = f"{there}/v2/a%2Fb/status?q=%2B62&empty="
        first = await caller.order("p", "POST", address, headers={"x-key": "1"}, body=b"{}")
        second = await caller.ask("p", address, headers={})

    assert (first.status, first.body, second.body) == (200, b"ok", b"ok")
    assert connections == [1]
    line, *lines = heard[0].split(b"\r\n\r\n")[0].split(b"\r\n")
    assert line == b"POST /v2/a%2Fb/status?q=%2B62&empty= HTTP/1.1"
    names = {entry.split(b":")[0].lower() for entry in lines}
    assert b"x-key" in names
    assert not names & {b"content-type", b"cookie"}
    assert heard[0].endswith(b"\r\n\r\n{}")


async def test_a_redirect_is_an_answer_and_a_packed_one_is_unpacked() -> None:
    elsewhere = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    packed = gzip.compress(b'{"a": 1}')
    zipped = (
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    ) + packed
    async with Caller() as caller:
        async with partner(elsewhere, heard=[], connections=[]) as there:
            assert (await caller.ask("p", there, headers={})).status == 302
        async with partner(zipped, heard=[], connections=[]) as there:
            assert (await caller.ask("p", there, headers={})).json() == {"a": 1}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
        b"\x00\r\n\r\n",
    ],
)
async def test_a_request_that_was_sent_and_not_answered_whole_may_have_been_carried_out(
    answer: bytes,
) -> None:
    heard: list[bytes] = []
    async with partner(answer, heard=heard, connections=[]) as there, Caller() as caller:
        with pytest.raises(OutcomeUnknown) as lost:
            await caller.order("p", "POST", there, headers={}, body=b"{}")
        assert lost.value.fault is Fault.SERVER
        assert len(heard) == 1, "it was sent again"
        with pytest.raises(PartnerFailed):
            await caller.ask("p", there, headers={})


async def test_nobody_there_is_nothing_happened() -> None:
    async with Caller() as caller:
        with pytest.raises(PartnerFailed) as away:
            await caller.order("p", "POST", "http://127.0.0.1:1/", headers={}, body=b"{}")
    assert away.value.fault is Fault.CONNECT


async def test_no_free_connection_in_time_is_nothing_happened_and_silence_may_be_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "CONNECT_S", 0.1)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        there = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with Caller(budget_s=0.5, connections=1) as caller:
            ended = await asyncio.gather(
                *(caller.order("p", "POST", there, headers={}, body=b"{}") for _ in range(2)),
                return_exceptions=True,
            )
    assert {type(one) for one in ended} == {OutcomeUnknown, PartnerFailed}
