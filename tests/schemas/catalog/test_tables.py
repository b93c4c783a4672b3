import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DESCRIBE = """
from datetime import date
from schemas.catalog.tables import tables
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
for table in tables(["m"], Projection(date(2025, 1, 1), Week(2025, 1))):
    print(table.name, table.description, *(column.description for column in table.columns))
"""


def described(*options: str) -> str:
    command = [sys.executable, *options, "-c", DESCRIBE]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_descriptions_are_the_same_where_python_drops_docstrings() -> None:
    assert "One turn of a benchmark run" in described()
    assert described("-OO") == described()
