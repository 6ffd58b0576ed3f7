"""Which names a cell's code binds and needs: what the tests' process must make or fetch before it runs a test."""

import ast
import builtins
import symtable
from typing import NamedTuple

BUILT_IN = frozenset(dir(builtins)) | {"get_ipython", "display", "_", "__", "___", "In", "Out", "exit", "quit"}


class Statement(NamedTuple):
    """One statement at the top of a cell: what it is, and what names it binds and needs."""

    cell: int
    node: ast.stmt
    binds: frozenset
    needs: frozenset


def plain(source: str) -> str:
    """A cell's source as Python, its magics and shell commands rewritten as IPython does."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except SyntaxError:
        return source


def of(source: str) -> tuple[frozenset, frozenset]:
    """`(names bound at the top, names needed from outside)` of Python source; none for what Python cannot read.

    >>> [sorted(names) for names in of("import numpy as np\\ndef f(x):\\n    return np.sum(x) + y")]
    [['f', 'np'], ['np', 'y']]
    """
    try:
        table = symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError):
        return frozenset(), frozenset()
    binds = {name.get_name() for name in table.get_symbols() if name.is_assigned() or name.is_imported()}
    needs = {name.get_name() for name in table.get_symbols() if name.is_referenced()}
    pending = list(table.get_children())
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        for name in scope.get_symbols():
            if name.is_global() and name.is_referenced():
                needs.add(name.get_name())
            if name.is_global() and name.is_assigned():
                binds.add(name.get_name())
    return frozenset(binds), frozenset(needs - BUILT_IN)


def statements(source: str, cell: int) -> list[Statement]:
    """The statements at the top of a cell."""
    try:
        body = ast.parse(plain(source)).body
    except (SyntaxError, ValueError):
        return []
    return [Statement(cell, node, *of(ast.unparse(node))) for node in body]


def defined(source: str) -> frozenset:
    """The functions, classes and variables that a cell defines, imports left out."""
    imports = (ast.Import, ast.ImportFrom)
    return frozenset().union(
        *(found.binds for found in statements(source, 0) if not isinstance(found.node, imports)), frozenset()
    )


def behind(name: str, before: list[Statement], answers: dict[str, int]) -> list[Statement] | None:
    """The statements that make a name, with those that make what they need; `None` if an answer is among that.

    `before` are the lesson's own statements in front of the test, `answers` the names that solution cells bind, with
    the cell. A definition needs what its body uses.
    """
    chosen, pending, seen = set(), [name], set()
    while pending:
        wanted = pending.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        if wanted in answers:
            return None
        for index, statement in enumerate(before):
            if wanted in statement.binds and index not in chosen:
                chosen.add(index)
                pending.extend(statement.needs - statement.binds)
    return [before[index] for index in sorted(chosen)]
