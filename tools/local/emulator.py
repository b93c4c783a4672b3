"""Start and stop the embedded AWS: ministack in its own virtual environment and process group, on loopback only."""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final

from tools.local.endpoint import Endpoint
from tools.local.isolation import isolated
from tools.local.logs import last_lines
from tools.local.process import LOOPBACK, end_group, healthy, listening, start_group

REPOSITORY: Final = Path(__file__).resolve().parents[2]
STATE: Final = REPOSITORY / "build" / "local"
PYTHON: Final = REPOSITORY / ".venv" / "ministack" / "bin" / "python"

_POLL_SECONDS = 0.05
_LOG = "emulator.log"
_RUNS_KEPT = 10


class EmulatorError(RuntimeError):
    """The emulator did not come up; the message ends with its last log lines and the log's place."""


def server_environment(*, port: int, folder: Path, account_id: str, region: str) -> dict[str, str]:
    """Return the emulator's whole environment, which its Lambda functions inherit; of the caller's it has only PATH.

    Functions get endpoint and certificate from here, so that deployed templates stay those of AWS.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "AUTH": "true",
        "USE_SSL": "1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_ACCOUNT_ID": account_id,
        "MINISTACK_REGION": region,
        "MINISTACK_SSL_CERT": str(folder / "server.pem"),
        "MINISTACK_SSL_KEY": str(folder / "server.key"),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder / 'no-docker.sock'}",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.5",
        "AWS_ENDPOINT_URL": f"https://{LOOPBACK}:{port}",
        "AWS_CA_BUNDLE": str(folder / "ca.pem"),
        "NODE_EXTRA_CA_CERTS": str(folder / "ca.pem"),
        "SSL_CERT_FILE": str(folder / "ca.pem"),
        "PYTHONUNBUFFERED": "1",
    }


def _forget_old_runs(state: Path) -> None:
    """Remove all but the latest runs' folders, whose names begin with the time of their start, and running ones."""
    for log in sorted(state.glob(f"*/{_LOG}"))[:-_RUNS_KEPT]:
        with log.open("rb") as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
        shutil.rmtree(log.parent, ignore_errors=True)


class Emulator:
    """One emulator with its own ports, account and folder below `build/local/`; use it as a context manager.

    While it runs, this process knows none of the caller's settings of AWS SDKs and HTTP clients. The folder keeps
    the log after the run; temporary files go with the emulator.
    """

    def __init__(
        self,
        *,
        account_id: str = "111122223333",
        region: str = "us-east-1",
        python: Path = PYTHON,
        state: Path = STATE,
        start_seconds: float = 60.0,
    ) -> None:
        """Prepare an emulator; `start_seconds` bounds the wait until it answers."""
        self._account_id, self._region = account_id, region
        self._python, self._state, self._start_seconds = python, state, start_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._endpoint: Endpoint | None = None
        self._isolation = ExitStack()

    @property
    def endpoint(self) -> Endpoint:
        """The running emulator; raises `EmulatorError` while there is none."""
        if self._endpoint is None:
            msg = "the embedded AWS is not running"
            raise EmulatorError(msg)
        return self._endpoint

    def start(self) -> Endpoint:
        """Start it and return once it answers; raise `EmulatorError` when it does not within the bound."""
        if not self._python.exists():
            msg = f"no embedded AWS at {self._python}: run `make setup`"
            raise EmulatorError(msg)
        self._state.mkdir(parents=True, exist_ok=True)
        _forget_old_runs(self._state)
        folder = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%dT%H%M%SZ-", time.gmtime()), dir=self._state))
        (folder / "tmp").mkdir()
        with listening() as tls, listening() as plain:
            self._process = self._launch(folder, tls, plain)
            ports = tls.getsockname()[1], plain.getsockname()[1]
        self._endpoint = Endpoint(
            url=f"https://{LOOPBACK}:{ports[0]}",
            plain_url=f"http://{LOOPBACK}:{ports[1]}",
            ca_bundle=folder / "ca.pem",
            account_id=self._account_id,
            region=self._region,
            folder=folder,
        )
        self._isolation.enter_context(isolated())
        try:
            self._await_health(self._endpoint, self._process)
        except BaseException:
            self.stop()
            raise
        return self._endpoint

    def _launch(self, folder: Path, tls: socket.socket, plain: socket.socket) -> subprocess.Popen[bytes]:
        sockets = tls.fileno(), plain.fileno()
        environment = server_environment(
            port=tls.getsockname()[1], folder=folder, account_id=self._account_id, region=self._region
        )
        arguments = [str(number) for number in sockets]
        with self.log(folder).open("wb") as log:
            # The emulator inherits the lock with the open file and holds it as long as it lives.
            fcntl.flock(log, fcntl.LOCK_EX)
            return start_group(
                [str(self._python), "-m", "tools.local.launcher", *arguments, str(folder)],
                directory=REPOSITORY,
                environment=environment,
                log=log,
                sockets=sockets,
            )

    @staticmethod
    def log(folder: Path) -> Path:
        """Return the place of the emulator's log in a run's folder."""
        return folder / _LOG

    def _await_health(self, endpoint: Endpoint, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._start_seconds
        while True:
            if process.poll() is not None:
                reason = f"ended with exit code {process.returncode}"
            elif time.monotonic() > deadline:
                reason = f"did not answer within {self._start_seconds:g} s"
            elif healthy(endpoint.url, endpoint.ca_bundle):
                return
            else:
                time.sleep(_POLL_SECONDS)
                continue
            log = self.log(endpoint.folder)
            msg = f"the embedded AWS {reason}; its log {log} ends:\n{last_lines(log)}"
            raise EmulatorError(msg)

    def stop(self) -> None:
        """End the process group, functions included, and remove its temporary files; a second call does nothing."""
        self._isolation.close()
        process, endpoint = self._process, self._endpoint
        self._process = self._endpoint = None
        if process is None or endpoint is None:
            return
        end_group(process)
        for name in ("tmp", "s3", "state"):
            shutil.rmtree(endpoint.folder / name, ignore_errors=True)

    def __enter__(self) -> Endpoint:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()
