"""What goes into a bundle, what its fingerprint covers, and that it works by itself."""

import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.keys.layout import MODELS_KEY
from stacks.constructs.bundle import REPOSITORY, Bundle, BundleError, Target

PINS = (REPOSITORY / "lambdas/index_run/requirements.txt").read_text()
# Each with the hashes of its wheels, on the lines that it is continued on.
SMALL_PINS = "".join(re.findall(r"^(?:msgspec|six)==(?:.*\\\n)*.*\n", PINS, re.MULTILINE))
LAMBDA_LIMIT_BYTES = 250 * 1024 * 1024
HANDLER = """
from pathlib import Path
import msgspec, six
import schemas
REGISTRY = Path(__file__).resolve().parents[2] / "config" / "models.json"
def handler(event, context):
    return REGISTRY.read_text()
"""


def add_function(root: Path, name: str, *, pins: str = SMALL_PINS) -> None:
    folder = root / "lambdas" / name
    folder.mkdir(parents=True)
    (folder / "handler.py").write_text(HANDLER)
    (folder / "requirements.txt").write_text(pins)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two small functions and this one's wheelhouse."""
    root = tmp_path / "repository"
    add_function(root, "index_run")
    add_function(root, "curate_week")
    (root / "schemas").mkdir()
    (root / "schemas" / "__init__.py").write_text("")
    (root / "config").mkdir()
    (root / MODELS_KEY).write_text('{"models": []}')
    (root / ".venv").symlink_to(REPOSITORY / ".venv")
    return root


def bundle(root: Path, *, name: str = "index_run", target: Target = Target.HOST) -> Bundle:
    return Bundle(name=name, target=target, root=root)


def write(a_bundle: Bundle, output: Path) -> Path:
    output.mkdir()
    a_bundle.write(output)
    return output


def run_alone(output: Path, code: str) -> str:
    """Run code with the standard library and the bundle as the only places to import from."""
    prelude = f"import sys; sys.path.insert(0, {str(output)!r}); sys.dont_write_bytecode = True\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", prelude + code],
        check=False,
        capture_output=True,
        text=True,
        cwd=output,
        env={},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_bundle_runs_with_nothing_but_itself_and_the_standard_library(repository: Path, tmp_path: Path) -> None:
    output = write(bundle(repository), tmp_path / "out")
    code = "import lambdas.index_run.handler as h; print(h.handler({}, None), h.msgspec.__file__)"
    assert run_alone(output, code) == f'{{"models": []}} {output}/msgspec/__init__.py'


@pytest.mark.parametrize("target", Target)
def test_bundle_holds_sources_data_and_requirements_and_no_noise(
    repository: Path, tmp_path: Path, target: Target
) -> None:
    cache = repository / "schemas" / "__pycache__"
    cache.mkdir()
    (cache / "x.pyc").write_bytes(b"")
    (repository / "lambdas" / "index_run" / "README.md").write_text("")
    output = write(bundle(repository, target=target), tmp_path / "out")
    shipped = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    assert {"lambdas/index_run/handler.py", "schemas/__init__.py", MODELS_KEY} <= shipped
    assert {"six.py", "msgspec/__init__.py"} <= shipped
    assert not [path for path in shipped if path.startswith(("bin/", "lambdas/curate_week/"))]
    assert not [path for path in shipped if "__pycache__" in path or path.endswith((".md", "requirements.txt"))]
    assert not [path for path in shipped if path.endswith(("RECORD", "direct_url.json", ".lock"))]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in REPOSITORY.glob("lambdas/*/handler.py")))
def test_every_function_of_this_repository_imports_alone(name: str, tmp_path: Path) -> None:
    output = write(Bundle(name=name, target=Target.HOST), tmp_path / "out")
    assert run_alone(output, f"import lambdas.{name}.handler as h; print(callable(h.handler))") == "True"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in REPOSITORY.glob("lambdas/*/handler.py")))
def test_every_function_of_this_repository_fits_lambda(name: str, tmp_path: Path) -> None:
    output = write(Bundle(name=name, target=Target.AWS), tmp_path / "out")
    files = [path for path in output.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LAMBDA_LIMIT_BYTES


def test_aws_bundle_holds_arm64_libraries_for_lambdas_python(repository: Path, tmp_path: Path) -> None:
    output = write(bundle(repository, target=Target.AWS), tmp_path / "out")
    libraries = [path.name for path in output.rglob("*.so")]
    assert libraries
    assert [name for name in libraries if "cpython-313-aarch64-linux" not in name] == []


@pytest.mark.parametrize("target", Target)
def test_two_writes_give_the_same_bytes_wherever_they_happen(
    repository: Path, tmp_path: Path, target: Target
) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(repository, moved, symlinks=True)
    trees = []
    for root, name in ((repository, "one"), (moved, "two")):
        output = write(bundle(root, target=target), tmp_path / name)
        trees.append({path.relative_to(output): path.read_bytes() for path in output.rglob("*") if path.is_file()})
    assert trees[0] == trees[1]
    assert bundle(repository, target=target).fingerprint() == bundle(moved, target=target).fingerprint()


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_everyone_may_read_the_bundle_whatever_the_umask(repository: Path, tmp_path: Path, umask: int) -> None:
    (repository / "lambdas/index_run/handler.py").chmod(0o700)
    before = os.umask(umask)
    try:
        output = write(bundle(repository), tmp_path / "out")
    finally:
        os.umask(before)
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in output.rglob("*")}
    assert modes == {(True, 0o755), (False, 0o644)}


@pytest.mark.parametrize(
    "path",
    ["lambdas/index_run/handler.py", "schemas/__init__.py", MODELS_KEY, "lambdas/index_run/requirements.txt"],
)
def test_editing_an_input_changes_the_fingerprint(repository: Path, path: str) -> None:
    before = bundle(repository).fingerprint()
    with (repository / path).open("a") as file:
        file.write("\nadded==1.0\n")
    assert bundle(repository).fingerprint() != before


@pytest.mark.parametrize("path", ["lambdas/index_run/new.py", "lambdas/index_run/rules/x.sql", "schemas/new.py"])
def test_a_new_input_changes_the_fingerprint(repository: Path, path: str) -> None:
    before = bundle(repository).fingerprint()
    (repository / path).parent.mkdir(exist_ok=True)
    (repository / path).write_text("")
    assert bundle(repository).fingerprint() != before


def test_renaming_an_input_changes_the_fingerprint(repository: Path) -> None:
    before = bundle(repository).fingerprint()
    (repository / "schemas/__init__.py").rename(repository / "schemas/init.py")
    assert bundle(repository).fingerprint() != before


@pytest.mark.parametrize(
    "path",
    [
        "lambdas/index_run/README.md",
        "lambdas/index_run/requirements.in",
        "lambdas/index_run/__pycache__/handler.cpython-311.pyc",
        "lambdas/curate_week/new.py",
        "schemas/.DS_Store",
    ],
)
def test_what_is_not_shipped_leaves_the_fingerprint(repository: Path, path: str) -> None:
    before = bundle(repository).fingerprint()
    (repository / path).parent.mkdir(exist_ok=True)
    (repository / path).write_text("anything")
    assert bundle(repository).fingerprint() == before


def test_comments_among_the_pins_leave_the_fingerprint(repository: Path) -> None:
    before = bundle(repository).fingerprint()
    with (repository / "lambdas/index_run/requirements.txt").open("a") as file:
        file.write("    # via nothing\n")
    assert bundle(repository).fingerprint() == before


def test_functions_and_targets_have_fingerprints_of_their_own(repository: Path) -> None:
    prints = {
        bundle(repository, name=name, target=target).fingerprint()
        for name in ("index_run", "curate_week")
        for target in Target
    }
    assert len(prints) == 4


def test_host_fingerprint_depends_on_platform_and_aws_fingerprint_does_not(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, aws = bundle(repository).fingerprint(), bundle(repository, target=Target.AWS).fingerprint()
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "plan9-mips")
    assert bundle(repository).fingerprint() != host
    assert bundle(repository, target=Target.AWS).fingerprint() == aws


@pytest.mark.parametrize("target", Target)
def test_missing_wheel_says_in_one_line_to_run_setup(repository: Path, tmp_path: Path, target: Target) -> None:
    add_function(repository, "other", pins=f"no-such-distribution==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BundleError, match=r"^bundle other for \w+: run `make setup`.*no-such-distr") as error:
        write(bundle(repository, name="other", target=target), tmp_path / "out")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("target", Target)
def test_wheel_that_is_not_the_pinned_one_stops_the_bundle_with_one_line(
    repository: Path, tmp_path: Path, target: Target
) -> None:
    (pin,) = re.findall(r"^six==\S+", PINS, re.MULTILINE)
    add_function(repository, "other", pins=f"{pin} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BundleError, match=r"^bundle other for \w+: .*[Hh]ash mismatch.*six") as error:
        write(bundle(repository, name="other", target=target), tmp_path / "out")
    assert "\n" not in str(error.value)


def test_pin_without_a_hash_stops_the_bundle(repository: Path, tmp_path: Path) -> None:
    (pin,) = re.findall(r"^six==\S+", PINS, re.MULTILINE)
    add_function(repository, "other", pins=f"{pin}\n")
    with pytest.raises(BundleError, match=r"^bundle other for host: .*require-hashes.*six"):
        write(bundle(repository, name="other"), tmp_path / "out")


@pytest.mark.parametrize(
    "remove",
    [lambda root: (root / MODELS_KEY).unlink(), lambda root: shutil.rmtree(root / "lambdas/index_run")],
    ids=["data", "function"],
)
def test_missing_source_is_named(repository: Path, remove: Callable[[Path], None]) -> None:
    remove(repository)
    with pytest.raises(BundleError, match=r"^bundle index_run: there is no .*(config/models.json|index_run)"):
        bundle(repository).fingerprint()
