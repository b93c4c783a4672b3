"""Deterministic benchmark data: the same options give the same bytes under the same keys."""

from ops.sample.objects import SampleObject, generate
from ops.sample.options import SampleOptions

__all__ = ["SampleObject", "SampleOptions", "generate"]
