"""An import contract of our own: a domain is imported by its package, never by a file inside it.

`from orderan.inventory import reserve` is right; `from orderan.inventory.store import lock_stock` from
another package is not, nor is `from orderan.inventory import store`. import-linter's `protected` contract
says the same for one named package; this one holds for every package there is, today's and tomorrow's.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FrontDoors(Contract):
    type_name = "front_doors"

    root = fields.StringField()
    open_packages = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - the base class asks
        root = str(self.root)
        open_packages = {f"{root}.{name}" for name in self.open_packages}  # type: ignore[attr-defined]
        intrusions = [
            (importer, inside)
            for package in sorted(graph.find_children(root) - open_packages)
            for inside in sorted(graph.find_descendants(package))
            for importer in sorted(graph.find_modules_that_directly_import(inside))
            if importer != package and not importer.startswith(f"{package}.")
        ]
        return ContractCheck(kept=not intrusions, metadata={"intrusions": intrusions})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, inside in check.metadata["intrusions"]:
            package = ".".join(inside.split(".")[:2])
            output.print_error(f"{importer} imports {inside}: take it from {package}")
