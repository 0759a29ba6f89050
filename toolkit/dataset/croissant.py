"""`croissant_json`: croissant.json of a dataset, in Croissant 1.1 (docs.mlcommons.org/croissant)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from toolkit.formats import counted
from toolkit.json_text import json_document
from toolkit.storage.dataset_files import CONTRACT_NAME, LAYOUT_NAME, SHARDS, is_shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from toolkit.contract import Contract, Field
    from toolkit.dataset.manifest import Inputs, ListedFile, Manifest

Json = dict[str, Any]  # Any: what JSON takes

RECORDS: Final = "articles"
FILE_SET: Final = "shards"
PARQUET: Final = "application/x-parquet"

_MEDIA: Final = {
    "parquet": PARQUET,
    "md": "text/markdown",
    "json": "application/json",
    "yaml": "application/yaml",
    "html": "text/html",
}
_TYPES: Final = {
    "string": "sc:Text",
    "date": "sc:Date",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
}
# fmt: off
_CROISSANT_TERMS: Final = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)
# fmt: on


def croissant_json(contract: Contract, manifest: Manifest | None = None) -> str:
    """The text of croissant.json: indented, keys in a fixed order, ends with a line end.

    With the `manifest` of a dataset, of which `version`, `toolkit`, `digest`, `inputs` and `files` are used, it has
    a file object with SHA-256 for every published file and PROV-O terms for where the rows come from; without one it
    describes the rows alone.
    """
    listed = () if manifest is None else sorted(manifest.files, key=lambda file: file.path)
    files = [file for file in listed if file.published]
    shards = [file for file in files if is_shard(file.path)]
    document = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        **_about(contract),
        **({} if manifest is None else {"version": manifest.version, **_provenance(contract, manifest)}),
        "distribution": [*map(_file_object, files), *_file_set(shards)],
        "recordSet": [_record_set(contract, shards)],
    }
    return json_document({key: value for key, value in document.items() if value not in (None, [])})


def _context() -> Json:
    """The context of the specification's appendix 1, and PROV-O."""
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "prov": "http://www.w3.org/ns/prov#",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
        **{term: f"cr:{term}" for term in _CROISSANT_TERMS},
    }


def _about(contract: Contract) -> Json:
    about, table = contract.about, contract.description
    return {
        "name": _languages(about.title.english, about.title.arabic),
        "description": _languages(about.purpose.english or table.english, about.purpose.arabic or table.arabic),
        "url": about.homepage,
        "license": about.license.link or about.license.name or about.license.id,
        "creator": [
            {"@type": f"sc:{author.type}", "name": author.name, **({"url": author.url} if author.url else {})}
            for author in about.authors
        ],
        "citeAs": about.citation,
        "inLanguage": list(about.languages),
        "keywords": list(about.tags),
        "rai:dataUseCases": about.usage.english or None,
        "rai:dataLimitations": about.limitations.english or None,
    }


def _languages(english: str, arabic: str) -> Json:
    return {"en": english, **({"ar": arabic} if arabic else {})}


def _provenance(contract: Contract, manifest: Manifest) -> Json:
    agents = [
        {"@type": ["prov:Agent", f"prov:{author.type}"], "prov:label": author.name} for author in contract.about.authors
    ]
    return {
        "identifier": manifest.digest,
        "prov:wasDerivedFrom": _pages(manifest.inputs),
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "toolkit build",
            "prov:used": [_pages(manifest.inputs), {"@id": CONTRACT_NAME}, {"@id": LAYOUT_NAME}],
            "prov:wasAssociatedWith": {
                "@type": "prov:SoftwareAgent",
                "prov:label": "article-toolkit",
                "version": manifest.toolkit,
            },
        },
        "prov:wasAttributedTo": agents,
    }


def _pages(inputs: Inputs) -> Json:
    return {
        "@id": f"urn:sha256:{inputs.sha256}",
        "@type": "prov:Entity",
        "prov:label": f"{counted(inputs.count, 'page')} of {counted(inputs.bytes, 'byte')}",
    }


def _file_object(file: ListedFile) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path.rpartition("/")[2],
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _MEDIA.get(file.path.rpartition(".")[2], "application/octet-stream"),
        "sha256": file.sha256,
    }


def _file_set(shards: Sequence[ListedFile]) -> Iterable[Json]:
    """The shards as one source of rows, where there are several.

    They are found beside croissant.json: mlcroissant 1.1 reads no row of a set that names the files it is made of.
    """
    if len(shards) > 1:
        yield {
            "@type": "cr:FileSet",
            "@id": FILE_SET,
            "encodingFormat": PARQUET,
            "includes": SHARDS,
        }


def _record_set(contract: Contract, shards: Sequence[ListedFile]) -> Json:
    origin: Json = {}
    if len(shards) > 1:
        origin = {"fileSet": {"@id": FILE_SET}}
    elif shards:
        origin = {"fileObject": {"@id": shards[0].path}}
    keys = [{"@id": f"{RECORDS}/{field.name}"} for field in contract.fields if field.primary_key]
    return {
        "@type": "cr:RecordSet",
        "@id": RECORDS,
        "name": RECORDS,
        "description": _languages(contract.description.english, contract.description.arabic),
        **({"key": keys[0] if len(keys) == 1 else keys} if keys else {}),
        "field": [_field(field, RECORDS, field.name, (), origin) for field in contract.fields],
    }


def _field(field: Field, above: str, column: str, steps: Sequence[str], origin: Json) -> Json:
    """One field; `steps` lead from the value of `column` to it."""
    value = field.item or field
    identity = f"{above}/{field.name}"
    return {
        "@type": "cr:Field",
        "@id": identity,
        "name": field.name,
        "description": _languages(field.description.english, field.description.arabic),
        **({"isArray": True, "arrayShape": "-1"} if field.item else {}),
        **_content(value, identity, column, steps, origin),
    }


def _content(value: Field, identity: str, column: str, steps: Sequence[str], origin: Json) -> Json:
    source: Json = {}
    if origin:
        source = {"source": {**origin, "extract": {"column": column}}}
        if steps:
            source["source"]["transform"] = {"jsonPath": ".".join(steps)}
    if value.properties:
        members = [_field(member, identity, column, (*steps, member.name), origin) for member in value.properties]
        return {**source, "subField": members}
    return {"dataType": _TYPES[value.logical], **source}
