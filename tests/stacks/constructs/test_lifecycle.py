"""Lifecycle: the layout document's rules word for word, and what versioning needs on top."""

import json

import pytest

from schemas.keys.layout import REPLICATED_PREFIXES
from tests.stacks.synthesis import Json, SynthesizedStack, rows

# Copied from s3_bucket_layout.md, "Lifecycle Policies".
LAYOUT_RULES = """
[
    {
      "Id": "ArchiveRawTurns",
      "Status": "Enabled",
      "Prefix": "raw/",
      "Transitions": [
        {
          "Days": 365,
          "StorageClass": "DEEP_ARCHIVE"
        }
      ]
    },
    {
      "Id": "ArchiveScores",
      "Status": "Enabled",
      "Prefix": "scores/",
      "Transitions": [
        {
          "Days": 180,
          "StorageClass": "GLACIER"
        }
      ],
      "Expiration": {
        "Days": 365
      }
    }
]
"""
ENDINGS = {"ExpirationInDays", "ExpirationDate", "NoncurrentVersionExpiration", "Transitions"}


def lifecycle(storage: SynthesizedStack) -> dict[str, Json]:
    rules = rows(storage.only("AWS::S3::Bucket"), "Properties", "LifecycleConfiguration", "Rules")
    return {str(rule["Id"]): rule for rule in rules}


def in_words_of_cloudformation(rule: Json) -> Json:
    """Return one of S3's lifecycle rules as CloudFormation spells it."""
    spelt = {key: value for key, value in rule.items() if key != "Expiration"}
    spelt["Transitions"] = [
        {"TransitionInDays": row["Days"], "StorageClass": row["StorageClass"]} for row in rows(rule, "Transitions")
    ]
    if isinstance(expiration := rule.get("Expiration"), dict):
        spelt["ExpirationInDays"] = expiration["Days"]
    return spelt


@pytest.mark.parametrize("rule", json.loads(LAYOUT_RULES), ids=lambda rule: str(rule["Id"]))
def test_rule_of_the_layout_document_is_kept_word_for_word(rule: Json, storage: SynthesizedStack) -> None:
    assert lifecycle(storage)[str(rule["Id"])] == in_words_of_cloudformation(rule)


@pytest.mark.parametrize("prefix", REPLICATED_PREFIXES)
def test_nothing_expires_or_moves_below(prefix: str, storage: SynthesizedStack) -> None:
    for rule in lifecycle(storage).values():
        of_rule = str(rule.get("Prefix", ""))
        meets = prefix.startswith(of_rule) or of_rule.startswith(prefix)
        assert not (meets and ENDINGS & rule.keys()), rule
