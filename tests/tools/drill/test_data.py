from pathlib import Path

from lake.registry import check_object
from schemas.keys.layout import parse
from schemas.registry.documents import read_document
from tools.drill.data import calibration_results, write_documents


def test_every_document_can_be_published_under_a_key_of_its_own(tmp_path: Path) -> None:
    documents = [read_document(file) for file in write_documents(tmp_path)]
    assert len({str(document.key) for document in documents}) == len(documents) > 100


def test_every_result_is_valid_for_its_day() -> None:
    results = {result.key: result.body for result in calibration_results()}
    assert len(results) == 200
    for key, body in results.items():
        check_object(parse(key), body)
