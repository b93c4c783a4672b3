"""Asks an independent policy engine who may do what: `@cloud-copilot/iam-simulate`, in a process of its own.

It is AGPL-3.0 and no part of the product: `make contract` fetches it, and JSON is all that goes to it and comes back.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tools.local.emulator import REPOSITORY

FOLDER: Final = Path(__file__).with_name("iam")
NODE: Final = REPOSITORY / ".venv" / "bin" / "node"
_INSTALLED: Final = "node_modules"
_SECONDS: Final = 300


class EngineError(RuntimeError):
    """The engine is not there, or could not evaluate a request; the message is one line."""


class Verdict(StrEnum):
    """What the engine says of a request."""

    ALLOWED = "Allowed"
    NOT_ALLOWED = "ImplicitlyDenied"
    DENIED = "ExplicitlyDenied"
    NO_SUCH_RESOURCE = "no.resource.types"
    """The action is never about a resource of that kind."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """Somebody who does something to a resource; policies are named, and `guard` is the resource's own.

    The principal is the ARN of who calls, or the name of a service. Context keys and values come as pairs.
    """

    principal: str
    action: str
    resource: str
    identity: tuple[str, ...] = ()
    guard: str | None = None
    context: frozenset[tuple[str, str]] = frozenset()


def evaluate(
    requests: Sequence[Request],
    *,
    account: str,
    policies: Mapping[str, object],
    folder: Path = FOLDER,
    node: Path = NODE,
) -> list[Verdict]:
    """Return the verdict on each request to the account's resources; raise `EngineError` where there is none.

    A key of the context that the engine leaves out is such a case: the verdict would be on another request.
    """
    if missing := [path for path in (node, folder / _INSTALLED) if not path.exists()]:
        raise EngineError(f"no {missing[0]}: `make contract` fetches the policy engine")
    asked = [{**vars(request), "context": dict(request.context)} for request in requests]
    done = subprocess.run(
        [str(node), "evaluate.mjs"],
        cwd=folder,
        input=json.dumps({"account": account, "policies": policies, "requests": asked}),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if "Error" in line), "it says nothing")
        raise EngineError(f"the policy engine ended with exit code {done.returncode}: {reason.strip()}")
    return [_verdict(*pair) for pair in zip(requests, json.loads(done.stdout), strict=True)]


def _verdict(request: Request, answer: Mapping[str, object]) -> Verdict:
    text = str(answer["verdict"])
    if text not in set(Verdict) or answer["ignored"]:
        why = f"left out {answer['ignored']}" if answer["ignored"] else f"{text} {answer['details']}"
        raise EngineError(f"{request.action} on {request.resource}: {why}")
    return Verdict(text)
