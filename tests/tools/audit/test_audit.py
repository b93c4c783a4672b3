"""`make audit` names what a service knows of a pin, and says in a line where it knows nothing."""

import json
import stat
from pathlib import Path

import pytest

from tools.audit.__main__ import Auditor, main

CLEAN = {"dependencies": [{"name": "boto3", "version": "1.0", "vulns": []}], "fixes": []}
VULNERABLE = {
    "dependencies": [
        {"name": "boto3", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]},
        {"name": "rich", "version": "2.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]},
    ],
    "fixes": [],
}
CLEAN_NODE = {"auditReportVersion": 2, "vulnerabilities": {}}
VULNERABLE_NODE = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "cdk": {"via": ["semver"]},
        "semver": {"via": [{"title": "Slow expressions", "url": "https://example.com/1"}]},
    },
}
TRACEBACK = "Traceback (most recent call last):\n  File x\nConnectionError: no such\thost\n"


class Programs:
    """Stand-ins for both programs, over a repository with two files of pins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("requirements.txt", "lambdas/index_run/requirements.txt"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        self.says("pip-audit", CLEAN, code=0)
        self.says("npm", CLEAN_NODE, code=0)

    def says(self, program: str, answer: object, *, code: int, error: str = "") -> None:
        (self.folder / f"{program}.out").write_text(answer if isinstance(answer, str) else json.dumps(answer))
        (self.folder / f"{program}.err").write_text(error)
        path = self.folder / program
        path.write_text(
            f'#!/bin/sh\necho "$@" >>{program}.asked\ncat {program}.out\ncat {program}.err >&2\nexit {code}\n'
        )
        path.chmod(stat.S_IRWXU)

    def asked(self, program: str) -> list[str]:
        return (self.folder / f"{program}.asked").read_text().splitlines()

    def audit(self) -> int:
        paths = {"pip_audit": self.folder / "pip-audit", "npm": self.folder / "npm"}
        return main([], auditor=Auditor(folder=self.folder, **paths))


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


def test_every_pin_is_asked_about(programs: Programs, capsys: pytest.CaptureFixture[str]) -> None:
    assert programs.audit() == 0
    assert capsys.readouterr() == ("", "")
    assert [line.rpartition(" ")[2] for line in programs.asked("pip-audit")] == [
        str(programs.folder / "lambdas/index_run/requirements.txt"),
        str(programs.folder / "requirements.txt"),
    ]
    assert [line.rpartition(" ")[2] for line in programs.asked("npm")] == [
        str(programs.folder),
        str(programs.folder / "tools/contract/iam"),
    ]


def test_each_vulnerability_is_a_line(programs: Programs, capsys: pytest.CaptureFixture[str]) -> None:
    programs.says("pip-audit", VULNERABLE, code=1, error="Found 2 known vulnerabilities in 2 packages\n")
    programs.says("npm", VULNERABLE_NODE, code=1)
    assert programs.audit() == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "lambdas/index_run/requirements.txt: boto3 1.0: PYSEC-1, mended in 1.1, 2.0",
        "lambdas/index_run/requirements.txt: rich 2.0: PYSEC-2, mended in no version",
        "requirements.txt: boto3 1.0: PYSEC-1, mended in 1.1, 2.0",
        "requirements.txt: rich 2.0: PYSEC-2, mended in no version",
        "package-lock.json: semver: Slow expressions, https://example.com/1",
        "tools/contract/iam/package-lock.json: semver: Slow expressions, https://example.com/1",
    ]
    assert err == ""


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (("pip-audit", "", TRACEBACK), "pip-audit: ConnectionError: no such host"),
        (("pip-audit", "", ""), "pip-audit: exit code 1"),
        (("pip-audit", "[]", "ERROR: not found on PyPI"), "pip-audit: ERROR: not found on PyPI"),
        (("npm", {"message": "405 Method Not Allowed"}, "npm error audit\n"), "npm audit: 405 Method Not Allowed"),
    ],
)
def test_a_service_that_does_not_answer_is_one_line_and_the_other_is_asked(
    programs: Programs, said: tuple[str, object, str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program, answer, error = said
    programs.says("pip-audit", VULNERABLE, code=1)
    programs.says("npm", VULNERABLE_NODE, code=1)
    programs.says(program, answer, code=1, error=error)
    assert programs.audit() == 2
    out, err = capsys.readouterr()
    assert err == f"tools.audit: not known whether there are more: {reason}\n"
    assert ("semver" in out, "boto3" in out) == (program != "npm", program != "pip-audit")


def test_a_program_that_is_not_installed_is_one_line(programs: Programs, capsys: pytest.CaptureFixture[str]) -> None:
    (programs.folder / "npm").unlink()
    assert programs.audit() == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_arguments_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fix"]) == 2
    assert capsys.readouterr().err == "tools.audit: expected no argument\n"
