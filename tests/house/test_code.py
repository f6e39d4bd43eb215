"""Nothing acts behind a reader's back: read from the code itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("lib", "audit", "organizations", "agreements", "activities", "exchange", "config")
FILES = [
    path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts
]


def trees():
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{each.name}" for each in node.names}
    return names


def test_no_signals():
    listening = [
        str(path)
        for path, tree in trees()
        if any("signals" in name or name.startswith("django.dispatch") for name in imported(tree))
    ]

    assert listening == []


def test_nobody_overrides_save_or_delete_of_a_model():
    acting = [
        f"{path}: {node.name}.{each.name}"
        for path, tree in trees()
        if "models" in path.parts or path.name == "models.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for each in node.body
        if isinstance(each, ast.FunctionDef) and each.name in {"save", "delete", "bulk_create", "update"}
    ]

    assert acting == []


def test_nobody_trusts_html_that_was_not_escaped():
    trusting = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", ""))
        in {"mark_safe", "SafeString", "SafeText"}
    ]

    assert trusting == []


def test_the_environment_is_read_in_one_place():
    reading = {
        str(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }

    assert reading <= {"config/env.py", "config/wsgi.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_stays_short_enough_to_be_read(path):
    """A file is divided at 400 lines; the dossier's two, one table each way, may be longer."""
    longest = 900 if path.parts[-2:] == ("services", "register.py") else 560

    assert len(path.read_text(encoding="utf-8").splitlines()) <= longest
