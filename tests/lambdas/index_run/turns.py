"""Lines of raw objects for these tests."""

import json
from datetime import UTC, date, datetime
from typing import Final

from lambdas.index_run.summary import Surroundings
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week

RUN_ID: Final = "01HQVZ3K9X1234567890ABCDEF"
RAW_KEY: Final = RawKey(date(2025, 11, 5), "claude-3.5-sonnet", Phase.P2, RUN_ID)
NOW: Final = datetime(2025, 11, 6, 12, tzinfo=UTC)
SURROUNDINGS: Final = Surroundings({RAW_KEY.model}, Projection(date(2025, 1, 1), Week(2025, 1)), NOW)


def line(turn: int = 1, **changes: object) -> bytes:
    """Return a valid line of `RAW_KEY`'s object; a change to None leaves the field out."""
    scores = {"form": 9, "substance": 8.5, "purity": 9, "confidence": 0.9, "score": 9}
    record = {
        "run_id": RUN_ID,
        "turn": turn,
        "phase": "P2",
        "model": RAW_KEY.model,
        "system_prompt_version": f"soc-1.2@sha256:{'8' * 64}",
        "rubric_version": f"rubric-1.1@sha256:{'9' * 64}",
        "seed_id": "seed-1",
        "temperature": 0.7,
        "window_tokens": 2000,
        "user_text": "I think courage is never turning back.",
        "assistant_text": "What would you say of a soldier who retreats to win?",
        "heuristic": scores,
        "score": 9.0,
        "cost_tokens_prompt": 100,
        "cost_tokens_completion": 20,
        "timestamp": f"2025-11-05T12:{turn % 60:02}:00Z",
    } | changes
    return json.dumps({name: value for name, value in record.items() if value is not None}).encode()
