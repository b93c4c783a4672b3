"""Read every deployed property back through the service APIs and compare it with the synthesized template.

The emulator accepts some properties and drops them; this says which, instead of letting tests pass on a lake
that was never deployed. `read_back` for a whole assembly, `read_back_stack` for one template.
"""

from tools.local.readback.compare import Difference
from tools.local.readback.registry import UNREPORTED_PROPERTIES, UNREPORTED_TYPES, reader
from tools.local.readback.stacks import read_back, read_back_stack

__all__ = [
    "UNREPORTED_PROPERTIES",
    "UNREPORTED_TYPES",
    "Difference",
    "read_back",
    "read_back_stack",
    "reader",
]
