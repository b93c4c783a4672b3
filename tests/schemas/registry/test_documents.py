"""The documents of a registry: which file is which object, and the one line that a bad one gets."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from schemas.keys.layout import MODELS_KEY, parse
from schemas.registry.documents import check, load_documents, read_document, read_documents
from schemas.registry.models_file import MODELS_FILE, RegistryError

CONFIG = MODELS_FILE.parent
RUBRIC = CONFIG / "rubrics" / "rubric-1.1.json"
DIGEST = hashlib.sha256(RUBRIC.read_bytes()).hexdigest()[:8]
ITEM = json.dumps(
    {
        "item_id": "CAL-A1B2C3D4",
        "version": "golden_set_v1",
        "user_text": "u",
        "assistant_text": "a",
        "expert_labels": [{"form": 8, "substance": 8, "purity": 8}] * 2,
        "created_at": "2025-11-05T00:00:00Z",
    }
).encode()


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_each_document_of_a_registry_is_read_whatever_is_wrong_with_another(tmp_path: Path) -> None:
    assert [*read_documents(CONFIG)] == load_documents(CONFIG)
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    put(folder, "rubrics/rubric-1.1.json", b"{")
    put(folder, "models.json", b"[" * 100_000)
    found = [*read_documents(folder)]
    assert [str(it).partition(":")[0] for it in found if isinstance(it, RegistryError)] == [
        "config/rubrics/rubric-1.1.json",
        "config/models.json",
    ]
    assert len(found) == 6


def test_a_folder_without_models_is_no_registry(tmp_path: Path) -> None:
    put(tmp_path, "rubrics/rubric-1.1.json", b"{")
    (error,) = read_documents(tmp_path)
    assert str(error) == "config/models.json: No such file or directory"


def test_a_whole_registry_is_every_artifact_and_the_models_last() -> None:
    documents = load_documents(CONFIG)
    assert len(documents) == 6
    assert str(documents[-1].key) == MODELS_KEY
    assert documents[-1].content == MODELS_FILE.read_bytes()
    for document in documents:
        check(document.key, document.content)


@pytest.mark.parametrize("file", sorted(path for path in CONFIG.rglob("*") if path.is_file()))
def test_each_file_alone_is_the_document_that_it_is_in_the_whole(file: Path) -> None:
    assert read_document(file) in load_documents(CONFIG)


def test_a_file_is_found_from_its_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(RUBRIC.parent)
    assert str(read_document(Path("rubric-1.1.json")).key) == f"config/rubrics/rubric-1.1@sha256_{DIGEST}.json"


def test_a_file_may_be_named_as_it_is_published(tmp_path: Path) -> None:
    name = f"rubrics/rubric-1.1@sha256_{DIGEST}.json"
    assert str(read_document(put(tmp_path, name, RUBRIC.read_bytes())).key) == f"config/{name}"
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "config" / "rubrics" / "rubric-1.1.json").rename(tmp_path / "config" / name)
    assert load_documents(tmp_path / "config") == load_documents(CONFIG)


def test_a_golden_set_is_its_lines(tmp_path: Path) -> None:
    other = ITEM.replace(b"A1B2C3D4", b"A1B2C3D5")
    document = read_document(put(tmp_path, "golden_sets/golden_set_v1.jsonl", ITEM + b"\n\n" + other + b"\n"))
    assert str(document.key) == "calibration/golden_sets/golden_set_v1.jsonl"


BAD: Mapping[str, tuple[bytes, str]] = {
    "rubrics/rubric-1.1@sha256_00000000.json": (
        RUBRIC.read_bytes(),
        f"PATH: its SHA-256 begins with {DIGEST}, not with 00000000, as it is named",
    ),
    "rubrics/rubric-1.1@sha256_.json": (RUBRIC.read_bytes(), "PATH: its SHA-256 begins with"),
    "rubrics/Rubric-1.1.json": (RUBRIC.read_bytes(), "PATH: published as 'config/rubrics/Rubric-1.1@sha256_"),
    "rubrics/rubric-1.2.json": (RUBRIC.read_bytes(), "PATH: version 'rubric-1.1': expected 'rubric-1.2'"),
    "rubrics/rubric-1.1.json": (b"{", "PATH: Input data was truncated"),
    "system/soc-1.2.txt": (b"x", "PATH: expected models.json, or a file in one of seeds/, rubrics/, prompts/system/"),
    "soc-1.2.txt": (b"x", "PATH: expected models.json, or a file in one of"),
    "models.json": (b"[]", "config/models.json: expected at least one model"),
    "golden_sets/golden_set.jsonl": (ITEM, "PATH: published as 'calibration/golden_sets/golden_set.jsonl'"),
    "golden_sets/golden_set_v1.jsonl": (
        ITEM + b"\n" + ITEM,
        "calibration/golden_sets/golden_set_v1.jsonl: item_id 'CAL-A1B2C3D4' occurs more than once",
    ),
    "golden_sets/golden_set_v2.jsonl": (b"\n", "calibration/golden_sets/golden_set_v2.jsonl: expected at least one"),
    "golden_sets/golden_set_v3.jsonl": (
        ITEM + b"\n{}",
        "calibration/golden_sets/golden_set_v3.jsonl: line 2: Object missing required field",
    ),
    "manifests/manifest_1.json": (b"{}", "PATH: published as 'manifests/manifest_1.json': manifest_id"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_one_line(tmp_path: Path, name: str) -> None:
    content, line = BAD[name]
    path = put(tmp_path, name, content)
    with pytest.raises(RegistryError) as caught:
        read_document(path)
    assert str(caught.value).startswith(line.replace("PATH", str(path)))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"rubric-1.1.json: No such file"):
        read_document(tmp_path / "rubrics" / "rubric-1.1.json")


@pytest.mark.parametrize(
    ("key", "content", "line"),
    [
        (f"config/rubrics/rubric-1.1@sha256_{DIGEST}.json", b"{}", "its SHA-256 begins with 44136fa3, not with"),
        (MODELS_KEY, b"[", "Input data was truncated"),
    ],
)
def test_a_stored_object_is_checked_against_its_key(key: str, content: bytes, line: str) -> None:
    with pytest.raises(RegistryError) as caught:
        check(parse(key), content)
    assert str(caught.value).startswith(f"{key}: {line}")
