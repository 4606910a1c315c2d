"""docs/reference, written from the code: schema, state machines, refusals, facts, a page per domain.

python -m tools.reference      writes the pages; golden tests compare them with the code
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from inspect import getdoc
from pathlib import Path
from typing import Any

import orderan
from orderan.kit import errors
from orderan.kit.events import Event
from orderan.kit.states import Machine

HERE = Path(__file__).parents[1] / "docs" / "reference"
GENERATED = "Written by `make reference` from the code; a test compares."
NOT_DOMAINS = {
    "kit",
    "web",
    "cli",
    "demo",
    "flows",
    "auditor",
    "migrations",
    "benchmarks",
    "bench",
    "sandbox",
    "worker",
}


def load_everything() -> None:
    """Import every module, so that whatever is declared anywhere is known."""
    for module in pkgutil.walk_packages(orderan.__path__, "orderan."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def domains() -> list[str]:
    """Packages that are a part of the business."""
    return sorted(
        module.name
        for module in pkgutil.iter_modules(orderan.__path__)
        if module.ispkg and module.name not in NOT_DOMAINS
    )


def machines() -> dict[str, tuple[str, Machine[Any, Any]]]:
    """Every machine by name, with the module that has it."""
    found: dict[str, tuple[str, Machine[Any, Any]]] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("orderan.") and name.endswith(".states"):
            for value in vars(module).values():
                if isinstance(value, Machine):
                    found.setdefault(value.name, (name, value))
    return dict(sorted(found.items()))


def states() -> str:
    """Every state machine, drawn."""
    parts = ["# State machines\n", f"{GENERATED}\n"]
    for name, (module, machine) in machines().items():
        parts += [f"## {name}\n", f"`{module}`\n", f"```mermaid\n{machine.as_mermaid()}\n```\n"]
    return "\n".join(parts)


def refusals() -> str:
    """Every refusal: its code, which is kept for ever, its kind, facts and sentence."""
    rows = [
        f"| `{one.code}` | {one.kind} | {_facts(one)} | {one.sentence} | `{one.__module__.removeprefix('orderan.')}` |"
        for one in _refusals()
    ]
    head = ["| code | kind | facts | sentence | from |", "|---|---|---|---|---|"]
    return "\n".join(["# Refusals\n", f"{GENERATED} A code is never changed or reused.\n", *head, *rows, ""])


def _refusals() -> list[type[errors.Refusal]]:
    return [one for one in errors.catalogue() if one.__module__.startswith("orderan.")]


def _facts(refusal: type[errors.Refusal]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(refusal))


def facts() -> str:
    """Every fact that is told: its kind, what it carries, what it means."""
    rows = [
        f"| `{kind.kind}` | {', '.join(f'`{field.name}`' for field in fields(kind))} | {_first_line(kind)} |"
        for kind in events_of_everything()
    ]
    return "\n".join(
        ["# Facts\n", f"{GENERATED}\n", "| kind | carries | meaning |", "|---|---|---|", *rows, ""]
    )


def events_of_everything() -> list[type[Event]]:
    """Every fact there is, by kind."""
    load_everything()
    found, waiting = [], [Event]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            if "kind" in child.__dict__ and child.__module__.startswith("orderan."):
                found.append(child)
    return sorted(found, key=lambda event: event.kind)


def _first_line(thing: type) -> str:
    return " ".join((getdoc(thing) or "").split("\n\n", maxsplit=1)[0].split())


def domain(name: str) -> str:
    """A domain's page: what it owns and promises, its machines, refusals and facts."""
    package = f"orderan.{name}"
    parts = [f"# {name}\n", f"{GENERATED}\n", f"```text\n{getdoc(sys.modules[package])}\n```\n"]
    own = [
        (kind, machine) for kind, (module, machine) in machines().items() if module.startswith(f"{package}.")
    ]
    if own:
        parts.append("## States\n")
        parts += [f"### {kind}\n\n```mermaid\n{machine.as_mermaid()}\n```\n" for kind, machine in own]
    told = [event for event in events_of_everything() if event.__module__.startswith(f"{package}.")]
    if told:
        parts += ["## Facts\n", *[f"- `{event.kind}`: {_first_line(event)}" for event in told], ""]
    refused = [one for one in _refusals() if one.__module__.startswith(f"{package}.")]
    if refused:
        parts += ["## Refusals\n", *[f"- `{one.code}`: {_first_line(one)}" for one in refused], ""]
    return "\n".join(parts)


def openapi() -> str:
    """The OpenAPI document of the whole API."""
    from orderan.app import build
    from orderan.kit.clock import SystemClock
    from orderan.kit.crypto import Keyring
    from orderan.settings import DatabaseSettings, Settings
    from orderan.web.api.document import exact

    nowhere = replace(Settings.under(Path("nowhere")), database=DatabaseSettings(url="postgresql:///nowhere"))
    document = exact(build(nowhere, Keyring(bytes(32)), SystemClock()).openapi_schema.to_schema())
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def pages() -> dict[str, Callable[[], str]]:
    """Every page that needs no database, by file name."""
    load_everything()
    return {"states.md": states, "errors.md": refusals, "facts.md": facts, "openapi.json": openapi} | {
        f"domains/{name}.md": _page_of(name) for name in domains()
    }


def _page_of(name: str) -> Callable[[], str]:
    return lambda: domain(name)


def _all_pages() -> Iterator[tuple[str, str]]:
    from tools.schema import schema

    from orderan.kit.migrations import migrate
    from orderan.kit.postgres import ephemeral

    for name, page in pages().items():
        yield name, page()
    with ephemeral() as server:
        migrate(server.url)
        yield "schema.sql", schema(server.url)


def main() -> None:
    kept = set()
    for name, text in _all_pages():
        file = HERE / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        kept.add(file)
        print(file.relative_to(HERE.parents[1]))
    for stray in set((HERE / "domains").glob("*.md")) - kept:
        stray.unlink()


if __name__ == "__main__":
    main()
