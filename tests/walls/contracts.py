"""An allow-list contract for import-linter: some modules may reach these and nothing else."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ReachesOnly(Contract):
    """`modules` (with their descendants) reach only themselves and `allowed`, chains included.

    `direct` looks at direct imports alone. `standard_library` also refuses every third-party
    package.
    """

    modules = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField(), required=False)
    standard_library = fields.BooleanField(required=False, default=False)
    direct = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        own = _with_descendants(graph, self.modules)
        allowed = own | _with_descendants(graph, self.allowed or [])
        broken = []
        for module in sorted(own):
            reached = (
                graph.find_modules_directly_imported_by(module)
                if self.direct
                else graph.find_upstream_modules(module)
            )
            for target in sorted(reached - allowed):
                ours = target.split(".", 1)[0] == "app"
                foreign = self.standard_library and not ours and not _standard(target)
                if (ours and target != "app") or foreign:
                    broken.append((module, target))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: Any) -> None:
        for module, target in check.metadata["broken"][:40]:
            output.print_error(f"{module} reaches {target}")


def _with_descendants(graph: ImportGraph, names: list[str]) -> set[str]:
    found = set()
    for name in names:
        found.add(name)
        if name in graph.modules and not graph.is_module_squashed(name):
            found |= graph.find_descendants(name)
    return found


def _standard(module: str) -> bool:
    return module.split(".", 1)[0] in sys.stdlib_module_names
