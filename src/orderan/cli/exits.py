"""Exit codes, and which error means which."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderan.kit.errors import Refusal


class ExitCode(IntEnum):
    """What a program that called us learns without reading."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    BROKEN = 3


class NotDone(Exception):
    """A command ends here: the words for the person, and the exit code for the program."""

    def __init__(self, words: str, code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(words)
        self.code = code


def explained(error: Exception) -> tuple[ExitCode, str] | None:
    """Exit code and one line for an error that is not a bug; None for one that is."""
    from psycopg import OperationalError

    from orderan.kit.distribution import CannotDistribute
    from orderan.kit.errors import Refusal
    from orderan.kit.masterkey import MasterKeyRefused
    from orderan.kit.migrations import ChangedMigration, NewerDatabase
    from orderan.kit.postgres import AlreadyRunning, PostgresFault
    from orderan.kit.postgres.backup import BackupRefused
    from orderan.settings import SettingRefused

    words = " ".join(str(error).split())
    found: tuple[ExitCode, str] | None = None
    match error:
        case NotDone(code=code):
            found = code, words
        case Refusal():
            found = ExitCode.REFUSED, _sentence(error)
        case AlreadyRunning() | BackupRefused():
            found = ExitCode.REFUSED, words
        case SettingRefused():
            found = ExitCode.USAGE, words
        case ChangedMigration():
            found = ExitCode.BROKEN, f"the migration {words} was changed after it had been applied"
        case NewerDatabase():
            found = ExitCode.BROKEN, f"the database is of a newer release ({words}): install that one"
        case PostgresFault() | MasterKeyRefused() | CannotDistribute():
            found = ExitCode.BROKEN, words
        case OperationalError():
            found = ExitCode.BROKEN, f"the database cannot be used: {words}"
    return found


def _sentence(refusal: "Refusal") -> str:
    """What a refusal says, with its code, by which the reference names it."""
    from orderan.web.errors import sentence
    from orderan.web.words import words

    return f"{sentence(refusal, words('en'))} ({refusal.code})"
