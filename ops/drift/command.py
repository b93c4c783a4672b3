"""`ops drift`: what was changed by hand since the last deployment."""

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from ops.command import Command, Context
from ops.deployment import described
from ops.drift.finding import Finding
from ops.drift.policies import policy_findings
from ops.drift.settings import setting_findings
from ops.drift.stack import DeployedStack
from ops.failures import DIFFERENCE, OK, CommandError
from ops.screen import show_json, show_table, tracked
from schemas.names import Names, Part


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def _run(context: Context, arguments: argparse.Namespace) -> int:
    if context.deployment.recovered:
        raise CommandError("drift is that of the lake in us-east-1, whose stacks a recovery does not have")
    names: Names = arguments.names
    parts = [*_deployed(context, names)]
    found = sorted({*tracked(_findings(context, names, parts), description="drift")})
    if context.json:
        show_json({"in_sync": not found, "findings": [asdict(each) for each in found]})
    elif found:
        rows = [(each.resource, each.region, each.what, each.how) for each in found]
        show_table("Changed by hand", ("resource", "Region", "what", "how"), rows)
    else:
        show_table("Drift", ("stacks", "in sync"), [(len(parts), "yes")])
    return DIFFERENCE if found else OK


def _deployed(context: Context, names: Names) -> Iterator[Part]:
    """Yield the parts to compare: all that a lake must have, and the optional ones that it has."""
    for part in Part:
        if not part.optional or described(context.aws.cloudformation(part.region), names.stack(part)):
            yield part


def _findings(context: Context, names: Names, parts: Iterable[Part]) -> Iterator[Finding]:
    for part in parts:
        cloudformation, stack = context.aws.cloudformation(part.region), names.stack(part)
        yield from setting_findings(cloudformation, stack, region=part.region, sleep=time.sleep)
        yield from policy_findings(
            DeployedStack.read(cloudformation, stack), iam=context.aws.iam(), s3=context.aws.s3(part.region)
        )


COMMAND = Command(
    name="drift",
    help="compare what is deployed with its templates: settings, roles and policies; exit 1 on any difference",
    add_arguments=_add_arguments,
    run=_run,
)
