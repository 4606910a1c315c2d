"""What the worker says of itself: its log and its counts."""

from typing import Final

from orderan.kit import telemetry

log: Final = telemetry.log("orderan.worker")
swept: Final = telemetry.counter("swept", "Rows a sweep worked on", ["sweep"])
taken_up: Final = telemetry.counter("jobs_taken_up", "Jobs a killed worker left half done, begun again")
faults: Final = telemetry.counter("worker_faults", "Rounds and parts that a fault cut short", ["fault"])
