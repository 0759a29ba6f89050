"""What the scan before a publication finds, tells and leaves alone."""

import datetime

import pyarrow as pa
import pytest

import toolkit
from toolkit.dataset.comparison import Side
from toolkit.dataset.manifest import Counts, Inputs, Manifest, Source
from toolkit.release.contents import Release, ReleaseFile
from toolkit.release.refusals import RefusalError
from toolkit.release.scanner import refuse_findings, scan_release

CONTRACT = toolkit.load_contract()
KEY = "-----BEGIN OPENSSH " + "PRIVATE KEY-----"


def row(n, **cells):
    page = {"file": f"{n}.txt", "url": None, "sha256": "0" * 64, "rendering": "0" * 64, "date": "", "tags": None}
    values = {
        "id": "0" * 16,
        "headline": "خبر",
        "date": datetime.date(2023, 9, 20),
        "body": "نص",
        "source": "سانا",
        "tags": [],
        "related": [],
        "page": {**page, "warnings": []},
    }
    return {**values, **cells}


def release(*rows, files=()):
    table = pa.Table.from_pylist(list(rows), schema=CONTRACT.arrow())
    counts = Counts(pages=len(rows), rows=len(rows), rejected=0, duplicates=0, foreign=0, excluded=0)
    manifest = Manifest(
        version="1.0.0",
        toolkit="0.1.0",
        pyarrow="26.0.1",
        contract=Source(version="1.0.0", sha256="0" * 64),
        inputs=Inputs(count=len(rows), bytes=0, sha256="0" * 64),
        counts=counts,
        digest=f"sha256:{'0' * 64}",
        files=(),
    )
    side = Side(manifest=manifest, contract=CONTRACT, batches=lambda: iter(table.to_batches(max_chunksize=2)))
    listed = [ReleaseFile(path=path, sha256="0" * 64, size=len(text), data=text.encode()) for path, text in files]
    return Release(side=side, files=tuple(listed))


FOUND = {
    "address": ("راسلوا editor.news+tips@mail.example.co.uk الآن", "R611"),
    "phone": ("هاتف +966 50 000 0000", "R612"),
    "phone with zeros": ("0020 (2) 1234-5678", "R612"),
    "token of the Hub": ("hf_" + "a" * 34, "R613"),
    "token of GitHub": ("ghp_" + "b" * 36, "R613"),
    "key of AWS": ("AKIA" + "ABCDEFGHIJKLMNOP", "R613"),
    "private key": (KEY, "R613"),
    "home": ("see /home/me/pages/1.txt", "R614"),
    "home of Windows": (r"C:\Users\me\pages", "R614"),
    "file": ("file:///tmp/x", "R614"),
}
NOT_FOUND = {
    "handle": "تابعونا @news على الموقع",
    "number": "بلغ العدد 1234567890123 في 2023-09-20",
    "year range": "2001-2002-2003",
    "score": "فاز 3-1 ثم 00 ثم 2-2",
    "path of a site": "/news/home/index",
    "word": "hf_short",
    "hash": "0123456789abcdef" * 4,
}


@pytest.mark.parametrize(("text", "code"), FOUND.values(), ids=FOUND)
def test_it_finds(text, code):
    assert scan_release(release(row(1, body=text))).counts == ((code, 1),)


@pytest.mark.parametrize("text", NOT_FOUND.values(), ids=NOT_FOUND)
def test_it_leaves_alone(text):
    assert scan_release(release(row(1, body=text))).counts == ()


def test_a_finding_tells_its_cell_and_never_itself():
    related = [{"headline": "خبر", "body": None, "kind": "block", "age": None, "paragraph": None}]
    hit = [*related, {**related[0], "body": "اكتبوا إلى editor@example.org"}]
    scan = scan_release(release(row(1), row(2, related=related), row(3, related=hit)))
    finding = scan.diagnostics[0]
    assert (finding.file, finding.row, finding.path) == ("3.txt", 2, "related[].body")
    assert (finding.found, finding.message) == ("edi… (18 characters)", "e-mail address edi… (18 characters)")


def test_every_text_is_counted_and_some_are_told():
    rows = [row(n, body="a@example.org") for n in range(50)]
    scan = scan_release(release(*rows))
    assert scan.counts == (("R611", 50),)
    assert len(scan.diagnostics) == 20


@pytest.mark.parametrize("name", ["README.md", "tags.json", "article.odcs.yaml", "report.html"])
def test_texts_beside_the_rows_are_read_too(name):
    scan = scan_release(release(row(1), files=[(name, "# News\n\nBuilt in /home/me/pages/x\n")]))
    assert [(finding.file, finding.line, finding.code) for finding in scan.diagnostics] == [(name, 3, "R614")]


def test_it_stops_only_where_something_was_found():
    refuse_findings(scan_release(release(row(1))))
    with pytest.raises(RefusalError, match="R611 e-mail address: 1, R614 path of a machine: 1"):
        refuse_findings(scan_release(release(row(1, body="a@example.org"), row(2, body="/home/me/x"))))
