"""Literal records that the tests of schemas share, and the bytes of a raw line."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Final

from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey

RUN_ID: Final = "01HQVZ3K9X1234567890ABCDEF"
KEY: Final = RawKey(dt=date(2025, 11, 5), model="claude-3.5-sonnet", phase=Phase.P2, run_id=RUN_ID)
REFERENCE: Final = "soc-1.2@sha256:" + "8f4e56d1" * 8

# Every required field and nothing else.
LEAST_TURN: Final[Mapping[str, object]] = {
    "run_id": RUN_ID,
    "turn": 3,
    "phase": "P2",
    "model": "claude-3.5-sonnet",
    "system_prompt_version": REFERENCE,
    "rubric_version": "rubric-1.1@sha256:" + "9c4d12e7" * 8,
    "seed_id": "seed-017",
    "temperature": 0.7,
    "window_tokens": 31_000,
    "user_text": "I think we should just launch.",
    "assistant_text": "What would have to be true for the launch to succeed?",
    "heuristic": {"form": 9.0, "substance": 8.0, "purity": 8.5, "confidence": 0.91, "score": 8.45},
    "score": 8.45,
    "cost_tokens_prompt": 31_500,
    "cost_tokens_completion": 120,
    "timestamp": "2025-11-05T12:34:56.789000Z",
}

FULL_TURN: Final[Mapping[str, object]] = {
    **LEAST_TURN,
    "heuristic": {
        "form": 9.0,
        "substance": 8.0,
        "purity": 8.5,
        "confidence": 0.4,
        "score": 8.45,
        "violations": ["leading_question"],
    },
    "judge": {
        "form": 8.0,
        "substance": 7.0,
        "purity": 9.0,
        "confidence": 0.8,
        "score": 8.2,
        "violations": ["leading_question", "off_topic"],
        "rationale": "One open question, but it leans towards an answer.",
        "model_used": "claude-3-opus",
    },
    "salient_refs": [{"item_id": "s1", "turn_origin": 1, "confidence": 0.9, "surface_form": "the launch"}],
    "decoy_refs": [{"item_id": "d1", "mode": "tested"}],
    "question_type": "assumptions",
    "template_match": {"matched": True, "template_id": "t9", "similarity_score": 0.3},
    "thread_link": {"user_turn": 2, "span_id": "2:14-40"},
    "contradictions_detected": [
        {"slot": "launch date", "prev_value": "Q2", "new_value": "Q3", "detected_at_turn": 3}
    ],
    "csd_subscores": {
        "CR": 8.0,
        "ST": 7.5,
        "RHD": 9.0,
        "AP": 6.0,
        "NVT": 5.0,
        "TC": 7.0,
        "CH": 8.0,
        "MA": 4.0,
        "overall": 7.15,
    },
    "violations": ["leading_question", "lecturing"],
    "redaction_status": "partial",
    "pii_detected": True,
    "s3_full_payload": "s3://elsewhere/payload.json",
}


def line(record: Mapping[str, object] = LEAST_TURN, /, **changed: object) -> bytes:
    """Return the record with some fields changed as one line of JSON, without its line feed."""
    return json.dumps({**record, **changed}, ensure_ascii=False).encode()


def line_with_raw(field: str, value: bytes) -> bytes:
    """Return the least turn as a line in which a top-level field has this text as its value."""
    return line(**{field: "\ue000"}).replace('"\ue000"'.encode(), value)
