"""Importing: a file of order lines becomes orders, returns, and cases for a person.

Owns     import_run, import_file_sum, import_line, import_outcome, import_invoice,
         import_cancellation, import_taken, import_upload
Promises every source line has exactly one outcome, and the outcomes add up to the file; a run
         killed anywhere goes on from its last commit; a second run adds nothing
Speaks   importing.order_imported.v1, importing.return_imported.v1, importing.order_repaired.v1,
         importing.finished.v1
Ignores  today's stock: what was sold last year left the shelf last year
"""

from orderan.importing.cases import KIND as LINES_KIND
from orderan.importing.commands.resubmit import Resubmitted, resubmit
from orderan.importing.errors import (
    BooksDisagree,
    ChannelNotForImport,
    MappingRefused,
    NotAnImportEntry,
    Problem,
    RunNotFound,
    RunTaken,
    SourceRefused,
    StillWaiting,
    UploadInUse,
    UploadMissing,
    UploadNotFound,
    UploadTooLarge,
)
from orderan.importing.guessing import fitting_presets, guess
from orderan.importing.jobs import (
    KIND as RUN_KIND,
)
from orderan.importing.jobs import (
    UNEXPECTED,
    UPLOAD_PREFIX,
    ask_for_import,
    fault_of,
    forget_upload,
    get_upload,
    import_file,
    keep_upload,
    reopen_upload,
)
from orderan.importing.mapping import Mapping, from_plain, load, parse, preset, presets
from orderan.importing.models import Outcome, Reason
from orderan.importing.money import KNOWN_CURRENCIES
from orderan.importing.reading import look_at
from orderan.importing.running import Imported, Progress, check_source, start
from orderan.importing.store.entries import open_entries
from orderan.importing.store.forget import forget_customers
from orderan.importing.store.uploads import Upload
from orderan.importing.uploads import ENDINGS, UploadFolder
from orderan.importing.views import (
    RUN_PREFIX,
    EntryShown,
    ImportShown,
    RunShown,
    entries_of_run,
    export_fates,
    list_imports,
    list_runs,
    open_reasons,
    orders_of_lines,
    run_of_upload,
    runs_of_bytes,
    the_run,
)

__all__ = [
    "ENDINGS",
    "KNOWN_CURRENCIES",
    "LINES_KIND",
    "RUN_KIND",
    "RUN_PREFIX",
    "UNEXPECTED",
    "UPLOAD_PREFIX",
    "BooksDisagree",
    "ChannelNotForImport",
    "EntryShown",
    "ImportShown",
    "Imported",
    "Mapping",
    "MappingRefused",
    "NotAnImportEntry",
    "Outcome",
    "Problem",
    "Progress",
    "Reason",
    "Resubmitted",
    "RunNotFound",
    "RunShown",
    "RunTaken",
    "SourceRefused",
    "StillWaiting",
    "Upload",
    "UploadFolder",
    "UploadInUse",
    "UploadMissing",
    "UploadNotFound",
    "UploadTooLarge",
    "ask_for_import",
    "check_source",
    "entries_of_run",
    "export_fates",
    "fault_of",
    "fitting_presets",
    "forget_customers",
    "forget_upload",
    "from_plain",
    "get_upload",
    "guess",
    "import_file",
    "keep_upload",
    "list_imports",
    "list_runs",
    "load",
    "look_at",
    "open_entries",
    "open_reasons",
    "orders_of_lines",
    "parse",
    "preset",
    "presets",
    "reopen_upload",
    "resubmit",
    "run_of_upload",
    "runs_of_bytes",
    "start",
    "the_run",
]
