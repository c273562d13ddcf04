"""A contract for import-linter: these packages import nothing but what is named."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """Says all that its packages may import, so that nobody has to think of everything they must not.

    ``source_modules`` are packages, ``may_import`` are packages of this project, of others, or of Python itself; what
    lies inside a named package is allowed with it. Only direct imports count: the allowed ones have rules of their own.
    """

    type_name = "only"

    source_modules = fields.SetField(subfield=fields.ModuleField())
    may_import = fields.SetField(subfield=fields.ModuleField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Kept when no module of the packages imports anything else."""
        allowed = {module.name for module in self.may_import}  # type: ignore[attr-defined]
        sources = [module.name for module in self.source_modules]  # type: ignore[attr-defined]
        strangers = [
            (importer, imported)
            for importer in sorted(graph.modules)
            if _lies_in(importer, sources)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not _lies_in(imported, allowed)
        ]
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that is not allowed."""
        for importer, imported in check.metadata["strangers"]:
            output.print_error(f"{importer} imports {imported}, which is not among what it may import.")


def _lies_in(module: str, packages: "set[str] | list[str]") -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
