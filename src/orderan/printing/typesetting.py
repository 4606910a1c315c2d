"""PDFs, set by typst. What is set is handed over as data: no text of anybody's ever is markup.

A compiler belongs to one thread and is kept, since making one reads the fonts anew. Setting takes the processor for
as long as it takes, so it happens beside the event loop, one document after another.
"""

import asyncio
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from typst import Compiler

_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = _HERE / "templates"
_of_thread = threading.local()
_setters: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typeset")


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """A PDF of a template of this package; the same data gives the same bytes."""
    compiler = getattr(_of_thread, "compiler", None)
    if compiler is None:
        compiler = Compiler(root=_TEMPLATES, font_paths=[_HERE / "fonts"], ignore_system_fonts=True)
        _of_thread.compiler = compiler
    made = compiler.compile(
        str(_TEMPLATES / f"{template}.typ"),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        timestamp=0,
        pdf_tags=False,
    )
    if not isinstance(made, bytes):
        message = f"{template} was set as several files"
        raise TypeError(message)
    return made


async def typeset_aside(template: str, data: Mapping[str, Any]) -> bytes:
    """As `typeset`, with the event loop free meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(_setters, typeset, template, data)
