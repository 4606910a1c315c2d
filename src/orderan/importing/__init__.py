"""Importing: a file of order lines becomes orders, returns, and cases for a person.

Owns     import_run, import_file_sum, import_line, import_outcome, import_invoice,
         import_cancellation, import_taken
Promises every source line has exactly one outcome, and the outcomes add up to the file; a run
         killed anywhere goes on from its last commit; a second run adds nothing
Speaks   importing.order_imported.v1, importing.return_imported.v1, importing.order_repaired.v1,
         importing.finished.v1
Ignores  today's stock: what was sold last year left the shelf last year
"""

from orderan.importing.commands.resubmit import Resubmitted, resubmit
from orderan.importing.errors import (
    BooksDisagree,
    ChannelNotForImport,
    MappingRefused,
    NotAnImportEntry,
    Problem,
    RunTaken,
    SourceRefused,
    StillWaiting,
)
from orderan.importing.mapping import Mapping, load, parse, preset, presets
from orderan.importing.models import Outcome, Reason
from orderan.importing.running import Imported, Progress, start
from orderan.importing.store.entries import open_entries
from orderan.importing.store.forget import forget_customers
from orderan.importing.views import RunShown, export_fates, list_runs

__all__ = [
    "BooksDisagree",
    "ChannelNotForImport",
    "Imported",
    "Mapping",
    "MappingRefused",
    "NotAnImportEntry",
    "Outcome",
    "Problem",
    "Progress",
    "Reason",
    "Resubmitted",
    "RunShown",
    "RunTaken",
    "SourceRefused",
    "StillWaiting",
    "export_fates",
    "forget_customers",
    "list_runs",
    "load",
    "open_entries",
    "parse",
    "preset",
    "presets",
    "resubmit",
    "start",
]
