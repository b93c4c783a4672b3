"""Runs `ops` as an operator does, under a role that the buckets' policies bind."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from ops.failures import OK
from tools.local.emulator import REPOSITORY
from tools.local.endpoint import Credentials, Endpoint
from tools.local.roles import policy, s3_role
from tools.local.steps import SceneError

_ROLE: Final = "DrillOperator"
# What the commands need besides S3; what they write, they write through the function.
_MORE_ACTIONS: Final = (
    "athena:BatchGetNamedQuery",
    "athena:ListNamedQueries",
    "cloudformation:DescribeStacks",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "glue:GetTable",
    "glue:GetTables",
    "lambda:InvokeFunction",
)

Answer = dict[str, object]


@dataclass(frozen=True)
class Operator:
    """Runs commands of `ops` with the credentials of a role."""

    endpoint: Endpoint
    credentials: Credentials
    clock: Callable[[], float] = time.monotonic

    def run(self, *arguments: str, expected: int = OK) -> Answer:
        """Run a command and return its answer; raise `SceneError` where its exit code is another."""
        finished = subprocess.run(
            [sys.executable, "-m", "ops", *arguments, "--json"],
            cwd=REPOSITORY,
            env=self.endpoint.environment(credentials=self.credentials),
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode != expected:
            output = finished.stderr.strip() or finished.stdout.strip()
            shown = " ".join(("ops", *arguments))
            raise SceneError(f"{shown} ended with {finished.returncode}, expected {expected}: {output}")
        return cast("Answer", json.loads(finished.stdout))

    def timed(self, *arguments: str) -> tuple[float, Answer]:
        """Run a command and return its seconds and its answer."""
        begun = self.clock()
        answer = self.run(*arguments)
        return self.clock() - begun, answer


def operator(endpoint: Endpoint) -> Operator:
    """Return an operator with a new role."""
    credentials = s3_role(endpoint, _ROLE)
    more = policy({"Effect": "Allow", "Action": list(_MORE_ACTIONS), "Resource": "*"})
    endpoint.client("iam").put_role_policy(RoleName=_ROLE, PolicyName="Operate", PolicyDocument=more)
    return Operator(endpoint, credentials)
