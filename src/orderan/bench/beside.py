"""Work that is done in processes beside each other, which end with the benchmark, however it ends."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from orderan.kit.postgres.processes import dies_with


def beside(workers: int | None) -> ProcessPoolExecutor:
    """Processes that take one piece of work after the other; to be entered with `with`, on the main thread.

    Args:
        workers: None is one a core.
    """
    # Started afresh: a fork of a process with threads may stand still for ever.
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=partial(dies_with, os.getpid(), signal.SIGTERM)
    )
