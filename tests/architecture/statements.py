"""SQL as it stands in the code, with where it stands."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "orderan"
_SQL = re.compile(r"^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH)\s", re.IGNORECASE)
_VERB = re.compile(r"\b(FROM|INTO|SET|VALUES)\b")


@dataclass(frozen=True)
class Statement:
    where: str
    text: str

    @property
    def plain(self) -> str:
        return " ".join(self.text.split())


@cache
def statements() -> tuple[Statement, ...]:
    """Every string in the product that reads as a statement; a hole of an f-string reads {}.

    Benchmarks are left out: they make a million rows on a server that is thrown away.
    """
    found = tuple(
        statement
        for path in sorted(SOURCE.rglob("*.py"))
        if SOURCE / "bench" not in path.parents
        for statement in _of(path)
        if _SQL.match(statement.text) and _VERB.search(statement.text)
    )
    assert len(found) > 60
    return found


def _of(path: Path) -> Iterator[Statement]:
    inside: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        where = f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield Statement(where, "".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield Statement(where, node.value)


def source_text() -> dict[str, str]:
    """Every module of the code by path."""
    return {str(path.relative_to(SOURCE)): path.read_text() for path in sorted(SOURCE.rglob("*.py"))}
