"""What CloudFormation does with a type of resource, from the schemas that cfn-lint ships; no network is needed.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import Final

from schemas.names import PRIMARY_REGION
from tools.templates.model import Path, items, mapping

_STATEFUL: Final = File("AdditionalSpecs", "StatefulResources.json")
_PROPERTIES: Final = ("", "properties")


class KindsError(Exception):
    """The schemas cannot be read; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A type of resource: a change of `create_only` replaces it, one of `conditionally` may.

    `identifier` are the properties by which AWS knows a resource; a template cannot set all of them.
    `known` is False for a type that the schemas lack.
    """

    create_only: tuple[Path, ...] = ()
    conditionally: tuple[Path, ...] = ()
    identifier: tuple[Path, ...] = ()
    stateful: bool = False
    known: bool = True


Kinds = Callable[[str], Kind]


def bundled_kinds() -> Kinds:
    """Return the lookup of a type in cfn-lint's schemas; raise `KindsError` where it is not installed."""
    package = importlib.util.find_spec("cfnlint")
    if package is None or package.origin is None:
        raise KindsError("cfn-lint is not installed: run make setup")
    # Its modules take seconds to import, its files none.
    data = File(package.origin).parent / "data"
    index = _read(data / "schemas" / "providers" / f"{PRIMARY_REGION}.json")
    stateful = mapping(_read(data / _STATEFUL).get("ResourceTypes"))

    @cache
    def kind(resource_type: str) -> Kind:
        if resource_type not in index:
            return Kind(known=False, stateful=resource_type in stateful)
        schema = _read(data / "schemas" / "resources" / f"{index[resource_type]}.json")
        return Kind(
            create_only=_paths(schema.get("createOnlyProperties")),
            conditionally=_paths(schema.get("conditionalCreateOnlyProperties")),
            identifier=_paths(schema.get("primaryIdentifier")),
            stateful=resource_type in stateful,
        )

    return kind


def _read(file: File) -> dict[str, object]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise KindsError(f"cfn-lint's schemas cannot be read: {error}") from error


def _paths(pointers: object) -> tuple[Path, ...]:
    """Return JSON pointers such as `/properties/TableInput/Name` as paths in a resource's properties."""
    steps = [tuple(str(pointer).split("/")) for pointer in items(pointers)]
    return tuple(path[2:] for path in steps if path[:2] == _PROPERTIES)
