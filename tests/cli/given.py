"""An installation in a temporary folder, and the command line run against it as a person would."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderan.kit.postgres.processes import wait_until

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src"


@dataclass(frozen=True)
class Installation:
    folder: Path
    port: int

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERAN_")}
        return kept | {
            "PYTHONPATH": os.pathsep.join([str(SRC), str(HERE)]),
            "ORDERAN_DATA_DIR": str(self.folder),
            "ORDERAN_PORT": str(self.port),
            "ORDERAN_WEB_PROCESSES": "2",
            "ORDERAN_LOG_FORMAT": "json",
            "COLUMNS": "200",
        }

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "orderan", *arguments],
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.get("/health/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    @contextmanager
    def serving(self, *, worker: str = "standin:work") -> Iterator["Served"]:
        log = self.folder.parent / "serve.log"
        with log.open("w") as out:
            served = Served(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "orderan",
                        "serve",
                        "--app",
                        "standin:create",
                        "--worker",
                        worker,
                    ],
                    env=self.env,
                    stdout=out,
                    stderr=out,
                ),
                log,
            )
        try:
            assert wait_until(self.answers, 60), log.read_text()
            yield served
        finally:
            served.end(signal.SIGTERM)


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[bytes]
    log: Path

    def end(self, sign: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(60)

    def words(self) -> str:
        return self.log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.words().splitlines() if line.startswith("{")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
