"""Synthesizes the app for tests, and reads what came out."""

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from aws_cdk import App

from app import build, build_recovery
from schemas.choices import DEFAULTS, FIRST_WEEK, chosen
from schemas.registry.artifacts import load_registry
from stacks.config import Config
from tools.templates.model import Stack, mapping, plain

REPOSITORY = Path(__file__).resolve().parents[2]

# As `plain` writes an account's buckets.
BUCKET = "socratic-bench-${AWS::AccountId}"
REPLICA = f"{BUCKET}-us-west-2"

Json = dict[str, object]


@dataclass(frozen=True)
class SynthesizedStack:
    """A stack's template, intrinsic functions made plain, and what the assembly says about it."""

    declared: Stack
    region: str
    termination_protection: bool
    description: str
    tags: dict[str, str]
    dependencies: frozenset[str]

    @property
    def template(self) -> Json:
        """The whole template."""
        return cast("Json", self.declared.template)

    @property
    def every_resource(self) -> dict[str, Json]:
        """All resources by logical id."""
        return {found.logical_id: cast("Json", found.body) for found in self.declared.resources}

    def resources(self, resource_type: str) -> dict[str, Json]:
        """Return the resources of one type by logical id."""
        return {found.logical_id: cast("Json", found.body) for found in self.declared.of(resource_type)}

    def only(self, resource_type: str) -> Json:
        """Return the only resource of one type."""
        (resource,) = self.resources(resource_type).values()
        return resource


def committed_context() -> Json:
    """Return cdk.json's context, which `App()` ignores outside the toolkit."""
    return cast("Json", json.loads((REPOSITORY / "cdk.json").read_text())["context"])


def without_choices(context: Json) -> Json:
    """Return a context with the defaults in place of what a deployment chose."""
    return {**{key: value for key, value in context.items() if key != FIRST_WEEK}, **DEFAULTS}


def project_context() -> Json:
    """Return cdk.json's flags with the default choices: tests hold whatever this deployment chose."""
    return without_choices(committed_context())


def committed_choices() -> dict[str, str]:
    """Return what this deployment chose, for `synthesize`."""
    return cast("dict[str, str]", chosen(committed_context()))


@cache
def synthesize(stage: str = "", **choices: str) -> dict[str, SynthesizedStack]:
    """Return the stacks of a stage by name, without bundling; `choices` are other context values."""
    context = {**project_context(), "stage": stage, **choices, "aws:cdk:bundling-stacks": []}
    config = Config.from_context(context)
    with tempfile.TemporaryDirectory() as folder:
        app = App(context=context, outdir=folder)
        declare = build_recovery if config.recovery else build
        declare(app=app, config=config, registry=load_registry())
        return {
            stack.stack_name: SynthesizedStack(
                declared=Stack(stack.stack_name, mapping(plain(stack.template))),
                region=stack.environment.region,
                termination_protection=bool(stack.termination_protection),
                description=str(stack.template.get("Description", "")),
                tags=dict(stack.tags),
                dependencies=frozenset(
                    dependency.id for dependency in stack.dependencies if not dependency.id.endswith(".assets")
                ),
            )
            for stack in app.synth().stacks
        }


def dig(value: object, *path: str | int) -> object:
    """Return what lies at a path of keys and indexes."""
    for step in path:
        value = cast("list[object]", value)[step] if isinstance(step, int) else cast("Json", value)[step]
    return value


def rows(value: object, *path: str | int) -> list[Json]:
    """Return the list of objects at a path."""
    return cast("list[Json]", dig(value, *path))


def allowed(stack: SynthesizedStack, role: str) -> list[Json]:
    """Return what the policy of the role whose logical id begins so allows, without Sids."""
    (policy,) = (
        found
        for found in stack.resources("AWS::IAM::Policy").values()
        if str(rows(found, "Properties", "Roles")[0]).startswith(f"${{{role}")
    )
    statements = rows(policy, "Properties", "PolicyDocument", "Statement")
    return [{key: value for key, value in row.items() if key != "Sid"} for row in statements]
