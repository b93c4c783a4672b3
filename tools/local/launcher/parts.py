"""The parts of ministack, and of what is installed beside it, that the launcher extends or calls.

They are looked up by name instead of imported, because they are installed only in the emulator's virtual
environment, ministack without types: this module is the one border where that matters.
"""

from importlib import import_module
from types import ModuleType

APP = import_module("ministack.app")
ATHENA = import_module("ministack.services.athena")
BOTOCORE = import_module("botocore.session")
HYPERCORN = import_module("hypercorn.asyncio")
HYPERCORN_CONFIG = import_module("hypercorn.config")
GLUE = import_module("ministack.services.glue")
IAM = import_module("ministack.services.iam")
IAM_ACTIONS = import_module("ministack.core.iam_actions")
IAM_EVALUATOR = import_module("ministack.core.iam_evaluator")
LAMBDA = import_module("ministack.services.lambda_svc")
LAMBDA_RUNTIME = import_module("ministack.core.lambda_runtime")
PROVISIONERS = import_module("ministack.services.cloudformation.provisioners")
S3 = import_module("ministack.services.s3")
STS = import_module("ministack.services.sts")
TRUSTME = import_module("trustme")


def replace(module: ModuleType, name: str, function: object) -> None:
    """Put a function in the place of the module's own; `AttributeError` where a new ministack has none such."""
    getattr(module, name)
    setattr(module, name, function)
