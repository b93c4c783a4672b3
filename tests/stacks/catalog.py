"""Reads a synthesized catalog as Athena would."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tests.stacks.synthesis import Json, SynthesizedStack, dig, rows

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class CatalogTable:
    """A table or view of the template."""

    given: Json

    @property
    def parameters(self) -> dict[str, str]:
        return cast("dict[str, str]", self.given["Parameters"])

    @property
    def columns(self) -> dict[str, str]:
        return {
            str(column["Name"]): str(column["Type"]) for column in rows(self.given, "StorageDescriptor", "Columns")
        }

    @property
    def partition_keys(self) -> dict[str, str]:
        return {str(key["Name"]): str(key["Type"]) for key in rows(self.given, "PartitionKeys")}

    @property
    def comments(self) -> list[str]:
        described = (*rows(self.given, "StorageDescriptor", "Columns"), *rows(self.given, "PartitionKeys"))
        return [str(column["Comment"]) for column in described]

    @property
    def location(self) -> str:
        return str(dig(self.given, "StorageDescriptor", "Location"))

    @property
    def template(self) -> str:
        """The template of a partition's folder; of a table without partitions its location."""
        return self.parameters.get("storage.location.template", self.location)

    def enum(self, key: str) -> list[str]:
        assert self.parameters[f"projection.{key}.type"] == "enum"
        return self.parameters[f"projection.{key}.values"].split(",")

    def folder(self, values: Mapping[str, str]) -> str:
        """Return where Athena lists the files of one partition."""
        return PLACEHOLDER.sub(lambda match: values[match[1]], self.template)


def catalog_tables(catalog: SynthesizedStack) -> dict[str, CatalogTable]:
    """Return every table and view by name."""
    inputs = [
        cast("Json", dig(found, "Properties", "TableInput"))
        for found in catalog.resources("AWS::Glue::Table").values()
    ]
    return {str(given["Name"]): CatalogTable(given) for given in inputs}
