"""What stops the policy engine from giving a verdict is one line, and no verdict is on another request."""

import json
import stat
from pathlib import Path

import pytest

from tools.contract.engine import FOLDER, EngineError, Request, Verdict, evaluate

REQUEST = Request(
    principal="arn:aws:sts::111122223333:assumed-role/R/s",
    action="s3:GetObject",
    resource="arn:aws:s3:::b/k",
    context=frozenset({("aws:SecureTransport", "true")}),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "node_modules").mkdir()
    return tmp_path


def node(folder: Path, body: str) -> Path:
    """Return a stand-in for Node, which is run in the engine's folder."""
    path = folder / "node"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(stat.S_IRWXU)
    return path


def answering(folder: Path, **answer: object) -> Path:
    given = {"verdict": "Allowed", "details": "", "ignored": [], **answer}
    return node(folder, f"cat >asked\nprintf '%s' '{json.dumps([given])}'")


def verdicts(folder: Path, node: Path) -> list[Verdict]:
    return evaluate([REQUEST], account="111122223333", policies={"p": {}}, folder=folder, node=node)


def test_the_engine_is_given_requests_and_policies_as_json(folder: Path) -> None:
    assert verdicts(folder, answering(folder, verdict="ExplicitlyDenied")) == [Verdict.DENIED]
    assert json.loads((folder / "asked").read_text()) == {
        "account": "111122223333",
        "policies": {"p": {}},
        "requests": [
            {
                "principal": REQUEST.principal,
                "action": REQUEST.action,
                "resource": REQUEST.resource,
                "identity": [],
                "guard": None,
                "context": {"aws:SecureTransport": "true"},
            }
        ],
    }


def test_an_engine_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^no \S+node_modules: `make contract` fetches the policy engine$"):
        verdicts(tmp_path, answering(tmp_path))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"verdict": "policy.errors", "details": "{1}"}, r"policy\.errors \{1\}"),
        ({"ignored": ["s3:prefix"]}, r"left out \['s3:prefix'\]"),
    ],
)
def test_what_was_not_evaluated_as_asked_is_no_verdict(folder: Path, answer: dict[str, object], reason: str) -> None:
    with pytest.raises(EngineError, match=rf"^s3:GetObject on arn:aws:s3:::b/k: {reason}$"):
        verdicts(folder, answering(folder, **answer))


def test_an_engine_that_fails_says_why_in_one_line(folder: Path) -> None:
    failing = node(folder, "echo 'file:1' >&2; echo 'TypeError: no' >&2; echo '  at x' >&2; exit 1")
    with pytest.raises(EngineError, match=r"^the policy engine ended with exit code 1: TypeError: no$"):
        verdicts(folder, failing)


def test_the_engine_is_fetched_apart_from_what_is_installed() -> None:
    root = FOLDER.parents[2]
    own, ours = (json.loads((path / "package-lock.json").read_text())["packages"] for path in (FOLDER, root))
    licences = {name: package.get("license") for name, package in ours.items()}
    assert [name for name, licence in licences.items() if "AGPL" in str(licence)] == []
    assert "node_modules/@cloud-copilot/iam-simulate" in own
