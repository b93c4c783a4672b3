"""Making the pages from a folder of templates."""

import json
from pathlib import Path

import pytest

from tools.docs.__main__ import PAGES, main
from tools.docs.architecture import BEGIN, END


def assembly(folder: Path) -> Path:
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/us-east-1",
        "properties": {"templateFile": "Lake.template.json"},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Lake": stack, "Tree": {"type": "cdk:tree"}}}))
    (folder / "Lake.template.json").write_text(json.dumps({"Resources": {}}))
    return folder


def test_each_page_is_written(tmp_path: Path) -> None:
    readme = tmp_path / "README.txt"
    readme.write_text(f"{BEGIN}{END}")
    assert main(assembly=assembly(tmp_path), docs=tmp_path, readme=readme) == 0
    assert {page.name for page in tmp_path.glob("*.md")} == {*PAGES}
    assert "flowchart" in readme.read_text()


def test_without_templates_it_says_what_makes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(assembly=tmp_path, docs=tmp_path, readme=tmp_path / "README.txt") == 2
    assert capsys.readouterr().err == f"{tmp_path / 'manifest.json'}: no such file, expected it from `make synth`\n"
    assert not [*tmp_path.glob("*.md")]
