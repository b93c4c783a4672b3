"""What the drill publishes and puts, besides the registry that ships."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

import msgspec

from ops.sample import SampleObject
from schemas.keys.weeks import Week
from schemas.models import CalibrationItem, ExpertLabels
from tools.demo.data import calibration_result

# Enough that what grows with the lake shows beside the start of a command.
SAMPLE: Final = ("--weeks", "4", "--until", "2025-W46", "--runs", "3", "--turns", "10-12")
_LAST_DAY: Final = Week(2025, 46).monday
_RESULTS: Final = 200
_PROMPTS: Final = 100
_ITEMS: Final = 200
_LABELS: Final = [ExpertLabels(8, 8, 9), ExpertLabels(7, 8, 9)]


def calibration_results() -> Iterator[SampleObject]:
    """Yield canaries' results of one day each, which judges put and S3 replicates."""
    return (calibration_result(_LAST_DAY - timedelta(days=back)) for back in range(_RESULTS))


def write_documents(folder: Path) -> list[Path]:
    """Write a golden set and many versions of a prompt below a folder; return their files."""
    prompts = {
        f"prompts/system/drill-1.{number}.txt": f"Ask. Never tell. {number}\n".encode() for number in range(_PROMPTS)
    }
    files = {"golden_sets/golden_set_v1.jsonl": _golden_set(), **prompts}
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return [folder / name for name in files]


def _golden_set() -> bytes:
    items = (
        CalibrationItem(
            item_id=f"CAL-{number:08}",
            version="golden_set_v1",
            user_text="We should launch.",
            assistant_text="What would have to be true for that?",
            expert_labels=_LABELS,
            created_at=datetime.combine(_LAST_DAY, time(), UTC),
        )
        for number in range(_ITEMS)
    )
    return b"".join(msgspec.json.encode(item) + b"\n" for item in items)
