"""Every record of the lake, declared once; Glue and Arrow columns, validation and documentation derive from these.

A field without a default is required; `None` as default means that absent and null are the same. Unknown extra
fields are ignored when a record is read.
"""

from schemas.models.calibration import CalibrationItem, CanaryDetail, CanaryResult, ExpertLabels
from schemas.models.erasure import Erasure
from schemas.models.registry import (
    Decoy,
    Dimension,
    ModelConfig,
    PhaseProfile,
    Phases,
    Rubric,
    RunManifest,
    Seed,
)
from schemas.models.summary import VIOLATION_RATES, CuratedRun, RunSummary, TokenCostEstimate, WeeklySummary
from schemas.models.turn import (
    Contradiction,
    CsdSubscores,
    DecoyRef,
    HeuristicScores,
    JudgeScores,
    QuestionType,
    RedactionStatus,
    SalientRef,
    TemplateMatch,
    ThreadLink,
    Turn,
    Violation,
)

__all__ = [
    "VIOLATION_RATES",
    "CalibrationItem",
    "CanaryDetail",
    "CanaryResult",
    "Contradiction",
    "CsdSubscores",
    "CuratedRun",
    "Decoy",
    "DecoyRef",
    "Dimension",
    "Erasure",
    "ExpertLabels",
    "HeuristicScores",
    "JudgeScores",
    "ModelConfig",
    "PhaseProfile",
    "Phases",
    "QuestionType",
    "RedactionStatus",
    "Rubric",
    "RunManifest",
    "RunSummary",
    "SalientRef",
    "Seed",
    "TemplateMatch",
    "ThreadLink",
    "TokenCostEstimate",
    "Turn",
    "Violation",
    "WeeklySummary",
]
