"""A user's program: mypy --strict accepts it as it stands, and test_api.py runs it."""

from __future__ import annotations

import sys
from pathlib import Path

import toolkit


def build_twice(raw: Path, out: Path) -> str:
    """The digest of a dataset that is built two times."""
    first: toolkit.BuildResult = toolkit.build(raw, out, workers=1)
    second = toolkit.build([str(raw)], str(out), workers=1, shard_size=1024, fresh=True)
    files: tuple[toolkit.BuiltFile, ...] = first.files
    sizes: list[int] = [file.bytes for file in files]
    if first.digest is None or first.digest != second.digest or not all(sizes):
        raise SystemExit("two builds differ")
    return first.digest


def tell_faults(page: Path) -> list[str]:
    """What is wrong with a page."""
    explained: toolkit.Explanation = toolkit.explain(page)
    found: tuple[toolkit.Diagnostic, ...] = explained.diagnostics
    return [f"{each.file}:{each.line}: {each.code} {each.mend}" for each in found]


def main(raw: Path, work: Path) -> None:
    """Use every verb that reads or writes locally."""
    digest: str = build_twice(raw, work / "dist")
    contract: toolkit.Contract = toolkit.load_contract(work / "dist" / "article.odcs.yaml")
    names: list[str] = [field.name for field in contract.fields]
    found: toolkit.Diff = toolkit.diff(work / "dist", work / "dist")
    checked: toolkit.ValidationResult = toolkit.validate([raw, work / "dist"], ignore=["P2"], workers=1)
    written: toolkit.WrittenReport = toolkit.report(work / "dist", work / "report.html", language="ar")
    if not checked.ok or written.private or not written.path.exists():
        raise SystemExit(checked.subject)
    for path in sorted(raw.glob("*.txt")):
        faults: list[str] = tell_faults(path)
        sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    try:
        restored: toolkit.RestoredRejects = toolkit.restore_rejects(work / "dist", work / "mend")
        sys.stdout.write(f"{restored.pages}\n")
    except toolkit.ToolkitError as error:
        code: int = error.exit_code
        sys.stdout.write(f"{code}: {error.message}\n")
    sys.stdout.write(f"{digest} {names} {found.bump}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
