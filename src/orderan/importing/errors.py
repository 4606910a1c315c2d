"""Every refusal of an import, named for what happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class ImportRefused(Exception):
    """An import that cannot start or go on; nothing of the step it refused is left behind."""

    code = "import_refused"


class MappingRefused(ImportRefused):
    """The mapping cannot be used. Lists everything wrong with it at once."""

    code = "import_mapping_refused"

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{source}: " + "; ".join(map(str, problems)))
        self.source = source
        self.problems = problems


class SourceRefused(ImportRefused):
    """The file cannot be read as what the mapping says it is."""

    code = "import_source_refused"

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{source}: " + "; ".join(map(str, problems)))
        self.source = source
        self.problems = problems


class BooksDisagree(AssertionError):
    """The outcomes do not add up to the file: a bug, never the fault of the file."""

    def __init__(self, differences: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, differences)))
        self.differences = differences
