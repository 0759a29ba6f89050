"""Nothing but `storage` opens a path for writing, or makes, renames or removes one."""

import ast
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import toolkit

PACKAGE = Path(toolkit.__file__).parent
WRITING_METHODS = {
    "chmod",
    "hardlink_to",
    "lchmod",
    "mkdir",
    "rename",
    "rmdir",
    "symlink_to",
    "to_csv",
    "to_parquet",
    "to_pickle",
    "tofile",
    "touch",
    "unlink",
    "write_bytes",
    "write_text",
}
WRITING_CALLS = {
    "FileHandler",
    "FileIO",
    "OSFile",
    "TarFile",
    "ZipFile",
    "create_memory_map",
    "memory_map",
    "output_stream",
    "write_csv",
    "write_dataset",
    "write_feather",
}
MODE = re.compile("(?=.*[wax+])[rwaxbt+]{1,3}")
WRITING_MODULES = {"dbm", "fileinput", "logging.handlers", "shelve", "shutil", "sqlite3", "tempfile"}
WRITING_OS_CALLS = {
    "chmod",
    "chown",
    "copy_file_range",
    "fchmod",
    "ftruncate",
    "link",
    "makedirs",
    "mkdir",
    "mkfifo",
    "mknod",
    "pwrite",
    "remove",
    "removedirs",
    "rename",
    "renames",
    "replace",
    "rmdir",
    "sendfile",
    "symlink",
    "truncate",
    "unlink",
    "utime",
    "write",
    "writev",
}
WRITING_FLAGS = {"O_APPEND", "O_CREAT", "O_RDWR", "O_TRUNC", "O_WRONLY"}


def writes(node):
    """Line and word of everything below a syntax node that writes; opening `os.devnull` does not."""
    if isinstance(node, ast.Call) and node.args and ast.unparse(node.args[0]) == "os.devnull":
        return
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in WRITING_OS_CALLS | WRITING_FLAGS:
            yield node.lineno, f"os.{name}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in WRITING_METHODS:
            yield node.lineno, name
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in WRITING_CALLS:
            yield node.lineno, name
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in {"open", "fdopen"}:
            yield from ((node.lineno, "open for writing") for mode in modes(node) if is_writing_mode(mode))
        case ast.Import(names=names) if WRITING_MODULES & {name.name for name in names}:
            yield node.lineno, "import of a module that writes"
        case ast.ImportFrom(module=module) if module in WRITING_MODULES:
            yield node.lineno, "import of a module that writes"
        case ast.ImportFrom(module="os", names=names) if WRITING_OS_CALLS & {name.name for name in names}:
            yield node.lineno, "import of a call that writes"
    for child in ast.iter_child_nodes(node):
        yield from writes(child)


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
        what for path in (PACKAGE / "storage").rglob("*.py") for _, what in writes(ast.parse(path.read_text("utf-8")))
    }
    assert {"mkdir", "rename", "unlink", "rmdir", "os.O_WRONLY", "os.link", "os.write", "write_bytes"} <= found


@pytest.mark.parametrize(
    "line",
    [
        "path.open('w')",
        "open(path, mode='ab')",
        "io.open(path, 'xb')",
        "filesystem.open(path, 'r+b')",
        "os.fdopen(number, 'wb')",
        "os.open(path, os.O_RDWR)",
        "os.replace(old, new)",
        "path.rename(new)",
        "rename = os.rename",
        "from os import rename",
        "import shutil",
        "from tempfile import mkstemp",
        "pa.OSFile(path, 'wb')",
        "frame.to_parquet(path)",
        "zipfile.ZipFile(path, 'w')",
    ],
)
def test_the_check_sees(line):
    assert len(list(writes(ast.parse(line)))) == 1


WATCHED = """
    import os, sys
    from toolkit.__main__ import main
    root, package = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    EVENTS = {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}
    WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    places = {}
    def watch(event, arguments):
        if event not in EVENTS or isinstance(arguments[0], int) or event == "open" and not arguments[2] & WRITING:
            return
        if not os.path.abspath(os.fsdecode(arguments[0])).startswith(root):
            return
        frame = sys._getframe()
        while frame and not frame.f_code.co_filename.startswith(package + os.sep):
            frame = frame.f_back
        place = os.path.relpath(frame.f_code.co_filename, package) if frame else "no module of ours"
        places.setdefault(place, event)
    sys.addaudithook(watch)
    def run(*arguments):
        sys.argv = ["toolkit", *arguments]
        try:
            main()
        except SystemExit as end:
            assert end.code in (0, None), (arguments, end.code)
    raw, out = f"{root}/raw", f"{root}/dist"
    run("build", raw, "--out", out, "--workers", "1", "--version", "1.0.0", "--max-rejected", "1")
    run("build", raw, "--out", out, "--workers", "1", "--version", "1.0.0", "--max-rejected", "1")
    run("validate", out, "--format", "sarif", "--output", f"{root}/found.sarif")
    run("report", out, "--output", f"{root}/report.html")
    run("rejects", out, "--to", f"{root}/rejected")
    run("publish", out, f"{root}/releases")
    import json
    print(json.dumps(places))
"""


def test_whatever_a_verb_writes_is_written_by_storage(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for page in (PACKAGE.parent / "raw").iterdir():
        (raw / page.name).write_bytes(page.read_bytes())
    (raw / "rejected.txt").write_text("A page without a date.\n")
    done = subprocess.run(
        [sys.executable, "-B", "-c", textwrap.dedent(WATCHED), str(tmp_path), str(PACKAGE)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    places = json.loads(done.stdout.splitlines()[-1])
    assert {
        "storage/sink.py",
        "storage/output/staging.py",
        "storage/output/removal.py",
        "storage/delivery.py",
    } <= places.keys()
    assert [place for place in places if not place.startswith("storage/")] == []
