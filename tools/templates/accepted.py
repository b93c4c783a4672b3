"""The accepted templates: one sorted JSON file a stack, in which only what changes on AWS changes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schemas.choices import STAGE
from tools.templates.model import Json, Lake, mapping, parse_lake, plain

FOLDER: Final = "templates"
REPOSITORY: Final = Path(__file__).resolve().parents[2]

_ASSET_HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")
_STACK_ARTIFACT: Final = "aws:cloudformation:stack"


def opted_into(choices: Mapping[str, str]) -> dict[str, str]:
    """Return choices with which every optional stack is there: as an example has it, where they do not choose it.

    Templates are accepted without a stage, which does nothing but suffix names.
    """
    account = choices.get("account") or "111122223333"
    principal = f"arn:aws:quicksight:us-east-1:{account}:group/default/socratic-bench"
    return {"quicksight_principal": principal, **choices, **({STAGE: ""} if STAGE in choices else {})}


OPTED_INTO: Final = opted_into({})
"""What optional stacks are accepted with where a deployment chooses nothing; the other stacks do not change by it."""


def accepted_text(template: Json) -> str:
    """Return a synthesized template as its file holds it: sorted, references as text, without asset hashes.

    Metadata goes too: it tells where the toolkit found a resource and its asset, and changes nothing on AWS.
    """
    resources = {
        logical_id: {key: value for key, value in mapping(body).items() if key != "Metadata"}
        for logical_id, body in mapping(template.get("Resources")).items()
    }
    text = json.dumps(plain({**template, "Resources": resources}), indent=2, sort_keys=True, ensure_ascii=False)
    return _ASSET_HASH.sub("<asset>", text) + "\n"


def accepted_texts(root: Path = REPOSITORY) -> dict[str, str]:
    """Return the files of a clone by stack; none where the folder is empty or absent."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted((root / FOLDER).glob("*.json"))}


def read_accepted(root: Path = REPOSITORY) -> Lake:
    """Return the accepted stacks of a clone; raise `TemplateError` for a file that is no template."""
    return parse_lake(accepted_texts(root))


def accept(assembly: Path, root: Path = REPOSITORY) -> None:
    """Write the templates of a CDK output folder, and remove those of stacks that it lacks.

    Raise `FileNotFoundError` where nothing was synthesized.
    """
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    stacks = [each for each in manifest["artifacts"].items() if each[1]["type"] == _STACK_ARTIFACT]
    texts = {
        properties.get("stackName", identifier): accepted_text(
            json.loads((assembly / properties["templateFile"]).read_text(encoding="utf-8"))
        )
        for identifier, artifact in stacks
        for properties in (artifact["properties"],)
    }
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.json"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
