"""Log lines: JSON with the request's id, for our loggers and everybody else's."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from orderan.kit.telemetry import configure_logs, log, new_request_id, request_id, request_scope


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logs(level="info", shape="auto", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_inside_a_request_carry_its_id(stream: io.StringIO) -> None:
    with request_scope("permintaan-1"):
        assert request_id() == "permintaan-1"
        log("orderan.orders").info("placed", lines=2)
        logging.getLogger("a.library").warning("slow %s", "query")
    log("orderan.orders").debug("not asked for")
    log("orderan.orders").info("outside")
    assert request_id() is None

    ours, theirs, outside = lines(stream)
    assert {**ours, "timestamp": None} == {
        "event": "placed",
        "lines": 2,
        "level": "info",
        "logger": "orderan.orders",
        "request_id": "permintaan-1",
        "timestamp": None,
    }
    assert (theirs["event"], theirs["request_id"], theirs["logger"]) == (
        "slow query",
        "permintaan-1",
        "a.library",
    )
    assert "request_id" not in outside


@pytest.mark.parametrize("shape", ["json", "console"])
def test_colours_that_a_library_brings_along_stay_out(
    stream: io.StringIO, shape: Literal["json", "console"]
) -> None:
    configure_logs(level="info", shape=shape, stream=stream)
    logging.getLogger("uvicorn.error").info(
        "Started server process [%d]",
        7,
        extra={"color_message": "Started server process [\x1b[36m%d\x1b[0m]"},
    )

    assert "Started server process [7]" in stream.getvalue()
    assert "color_message" not in stream.getvalue()
    assert "%d" not in stream.getvalue()


def test_a_failure_is_one_line_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise LookupError("nothing here")
    except LookupError:
        log("orderan").exception("it failed")
    [line] = lines(stream)
    assert line["event"] == "it failed"
    assert "nothing here" in json.dumps(line["exception"])


def test_a_failure_tells_no_value_of_a_variable(stream: io.StringIO) -> None:
    headers = {"authorization": "Bearer rahasia-sekali"}
    try:
        raise LookupError("nothing here")
    except LookupError:
        log("orderan").exception("it failed")
        logging.getLogger("a.library").exception("theirs failed")
    assert headers
    assert [line["event"] for line in lines(stream)] == ["it failed", "theirs failed"]
    assert "LookupError" in stream.getvalue()
    assert "rahasia-sekali" not in stream.getvalue()


def test_an_id_is_made_when_none_was_offered() -> None:
    assert len(new_request_id()) == 32
    assert new_request_id() != new_request_id()
    assert new_request_id("kunci-12345") == "kunci-12345"


def test_the_queue_speaks_up_only_when_something_is_wrong(stream: io.StringIO) -> None:
    queue = logging.getLogger("procrastinate.blueprints")

    queue.info("Adding tasks from blueprint")
    queue.warning("a job was lost")

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["a job was lost"]
