"""The end of a log, for the message of an error that it explains."""

from pathlib import Path


def last_lines(log: Path, *, count: int = 25) -> str:
    """Return the last lines of a text file, empty where there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
