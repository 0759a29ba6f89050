"""Nothing but `storage` opens a path for writing, or makes, renames or removes one."""

import ast
import re
from pathlib import Path

import toolkit

PACKAGE = Path(toolkit.__file__).parent
WRITING_METHODS = {
    "chmod",
    "hardlink_to",
    "mkdir",
    "rmdir",
    "symlink_to",
    "touch",
    "unlink",
    "write_bytes",
    "write_text",
}
MODE = re.compile("(?=.*[wax+])[rwaxbt+]{1,3}")
WRITING_MODULES = {"tempfile", "shutil"}
WRITING_OS_CALLS = {
    "link",
    "makedirs",
    "mkdir",
    "remove",
    "removedirs",
    "rename",
    "renames",
    "replace",
    "rmdir",
    "symlink",
    "truncate",
    "unlink",
    "utime",
}


def writes(node):
    """Line and word of everything below a syntax node that writes; opening `os.devnull` does not."""
    if is_call_of_os(node, "open") and ast.unparse(node.args[0]) == "os.devnull":
        return
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr=name)) if name in WRITING_OS_CALLS:
            yield node.lineno, f"os.{name}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in WRITING_METHODS:
            yield node.lineno, name
        case ast.Attribute(value=ast.Name(id="os"), attr="O_WRONLY" | "O_RDWR" | "O_CREAT"):
            yield node.lineno, f"os.{node.attr}"
        case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open")) if any(map(is_writing_mode, modes(node))):
            yield node.lineno, "open for writing"
        case ast.Import(names=names) if WRITING_MODULES & {name.name for name in names}:
            yield node.lineno, "import of a module that writes"
        case ast.ImportFrom(module=module) if module in WRITING_MODULES:
            yield node.lineno, "import of a module that writes"
    for child in ast.iter_child_nodes(node):
        yield from writes(child)


def is_call_of_os(node, name):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == f"os.{name}"


def modes(call):
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def is_writing_mode(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(MODE.fullmatch(node.value))


def test_only_storage_writes():
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {what}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in {"storage", "schemas"}
        for line, what in writes(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_the_check_sees_what_storage_does():
    found = {
        what for path in (PACKAGE / "storage").glob("*.py") for _, what in writes(ast.parse(path.read_text("utf-8")))
    }
    assert {"mkdir", "unlink", "rmdir", "os.O_WRONLY", "os.link", "write_bytes"} <= found
