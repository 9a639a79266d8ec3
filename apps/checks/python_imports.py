"""Which files of a repository another one imports, as far as its text tells."""

import ast
from collections.abc import Iterable

# The root and src/ are on sys.path; see RepositorySession.
_ON_PATH = ("", "src/")


def imported_modules(tree: ast.Module, *, path: str) -> frozenset[str]:
    """Dotted names, with every prefix: ``from a.b import c`` may mean a, a.b or a.b.c.

    ``path``: of the file below the root, to which relative imports are relative.
    """
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, path)
            names.update(f"{module}.{alias.name}".strip(".") for alias in node.names)
    return frozenset(prefix for name in names for prefix in _prefixes(name))


def _absolute(node: ast.ImportFrom, path: str) -> str:
    if not node.level:
        return node.module or ""
    folders = path.split("/")[: -node.level]
    return ".".join([*folders, *filter(None, [node.module])])


def _prefixes(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def files_of(modules: Iterable[str]) -> frozenset[str]:
    """The paths at which ``modules`` would lie; most of them do not exist."""
    return frozenset(
        f"{base}{module.replace('.', '/')}{end}"
        for module in modules
        for base in _ON_PATH
        for end in (".py", "/__init__.py")
    )
