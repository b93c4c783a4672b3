"""Where benchmarks find and leave things, all of it in the repository's folder."""

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
BUILD: Final = REPOSITORY / "build" / "bench"
REPORT: Final = BUILD / "report.json"
TABLE: Final = BUILD / "report.md"
PAGE: Final = REPOSITORY / "docs" / "performance.md"
# What ours is compared with has its own virtual environment, set up by `make bench` alone.
RIVALS_PYTHON: Final = REPOSITORY / ".venv" / "rivals" / "bin" / "python"
RIVALS_PINS: Final = REPOSITORY / "tools" / "bench" / "rivals" / "requirements.txt"
PINS: Final = REPOSITORY / "requirements.txt"
