"""What the program says about itself: log lines with a request id, and numbers for Prometheus.

Every line of every library goes through one pipeline: JSON for machines, colours on a terminal. The
request id is bound once at the edge and stands in each line written on its behalf.
"""

import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TextIO
from uuid import uuid4

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as generate
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from structlog.types import EventDict, Processor

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable naming the folder in which several processes keep their numbers together. It must
be set before the processes start; `orderan serve` does."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Histogram bounds for waits that a person or a client notices."""

_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def log(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: an event in words, facts as keywords. Personal data is never a fact."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def configure_logs(
    *,
    level: Literal["debug", "info", "warning", "error"] = "info",
    shape: Literal["auto", "json", "console"] = "auto",
    stream: TextIO | None = None,
) -> None:
    """Send every log line of this process to `stream` (default: standard error). Call once, at the edge."""
    out = stream if stream is not None else sys.stderr
    console = shape == "console" or (shape == "auto" and out.isatty())
    shared: list[Processor] = [
        _with_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if console
        # Never the values of variables: keys, cookies and what people typed are among them.
        else [
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(),
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # It tells of every task it registers and every job it looks for; what went wrong is a warning.
    for chatty in ("procrastinate", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        # One line per request is enough, and `orderan.web.observing` writes the better one.
        logger.propagate = name != "uvicorn.access"


def debugging() -> bool:
    """Whether debug lines are written; asked before one is put together on a hot path."""
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def new_request_id(offered: str | None = None) -> str:
    """The id a caller offered, if it is harmless in a log and a header; else a fresh one."""
    if offered is not None and _ACCEPTABLE_ID.fullmatch(offered):
        return offered
    return uuid4().hex


_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """Every log line written inside carries the request id."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def request_id() -> str | None:
    """The id of the request being answered, None outside of one."""
    return _request_id.get()


def _with_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    if (found := _request_id.get()) is not None:
        event.setdefault("request_id", found)
    return event


def _without_colours(_logger: object, _method: str, event: EventDict) -> EventDict:
    # uvicorn says its sentences twice, the second time with escape codes for a terminal.
    event.pop("color_message", None)
    return event


def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
    """A number that only grows, such as orders_placed; exported as orderan_<name>_total."""
    return Counter(f"orderan_{name}", meaning, labels)


def gauge(name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
    """A number that goes up and down; of several processes the live ones are summed."""
    return Gauge(f"orderan_{name}", meaning, labels, multiprocess_mode="livesum")


def histogram(
    name: str, meaning: str, labels: Sequence[str] = (), *, bounds: Sequence[float] = SECONDS
) -> Histogram:
    """A distribution, by default of seconds."""
    return Histogram(f"orderan_{name}", meaning, labels, buckets=bounds)


def exposition(looked_up: Sequence[tuple[str, str, float]] = ()) -> tuple[bytes, str]:
    """All numbers in Prometheus' text format, of all processes when they share a folder, and its media type.

    Args:
        looked_up: Gauges no process keeps, found just now: name, meaning, value.
    """
    found = CollectorRegistry()
    found.register(_LookedUp(looked_up))
    return generate(_kept()) + generate(found), CONTENT_TYPE_LATEST


class _LookedUp(Collector):
    """Gauges of this answer alone: a plain one would be kept in the folder and told twice."""

    def __init__(self, gauges: Sequence[tuple[str, str, float]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        for name, meaning, value in self._gauges:
            yield GaugeMetricFamily(f"orderan_{name}", meaning, value=value)


def _kept() -> CollectorRegistry:
    if METRICS_FOLDER not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
