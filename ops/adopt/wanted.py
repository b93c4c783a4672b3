"""What the accepted templates declare of the bucket and the table, which somebody may have made by hand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from schemas.names import Names, Part

Json = Mapping[str, object]

BUCKET: Final = "AWS::S3::Bucket"
TABLE: Final = "AWS::DynamoDB::Table"

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True)
class Wanted:
    """A resource of a template: the part whose stack holds it, its type, logical id and properties."""

    part: Part
    type: str
    logical_id: str
    properties: Json

    @classmethod
    def read(cls, part: Part, resource_type: str, *, names: Names, account: str) -> Self:
        """Return the only resource of a type that the template of a part declares, with the account's buckets."""
        text = (_TEMPLATES / f"{Names().stack(part)}.json").read_text()
        template = json.loads(text.replace(Names().bucket("${AWS::AccountId}"), names.bucket(account)))
        ((logical_id, resource),) = (
            (logical_id, resource)
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == resource_type
        )
        return cls(part, resource_type, logical_id, resource["Properties"])
