"""Making the pages from accepted templates."""

from pathlib import Path

from tools.docs.__main__ import PAGES, main
from tools.templates.accepted import FOLDER


def test_each_page_is_written(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "Lake.json").write_text('{"Resources": {}}')
    assert main(root=tmp_path, docs=tmp_path) == 0
    assert {page.name for page in tmp_path.glob("*.md")} == {*PAGES}
    assert 'subgraph Lake["Lake"]' in (tmp_path / "architecture.md").read_text()
