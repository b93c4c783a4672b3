"""Ways to have weeks curated: by the deployed function, or by the same code in this process."""

from ops.curation.engine import CurationFailedError, Engine

__all__ = ["CurationFailedError", "Engine"]
