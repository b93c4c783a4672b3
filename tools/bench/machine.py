"""What the figures were measured on."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.bench.places import PINS, RIVALS_PINS

_OURS: Final = ("pyarrow", "msgspec", "obstore", "boto3")
_RIVALS: Final = ("awswrangler", "pandas", "pyarrow", "polars", "duckdb", "pydantic")


def describe() -> Mapping[str, str]:
    """Return processor, memory, system and versions, in words."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 10**9
    return {
        "processor": f"{os.cpu_count()} cores, {_processor()}, {platform.machine()}",
        "memory": f"{gigabytes:.0f} GB",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "ours": versions(PINS, _OURS),
        "compared with": versions(RIVALS_PINS, _RIVALS),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unnamed")


def versions(pins: Path, names: tuple[str, ...]) -> str:
    """Return the pinned versions of the packages, in words."""
    lines = pins.read_text(encoding="utf-8").splitlines()
    pinned = {name: version.partition(" ")[0] for name, _, version in (line.partition("==") for line in lines)}
    return ", ".join(f"{name} {pinned[name]}" for name in names)
