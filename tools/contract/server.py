"""A Trino on this machine over the embedded AWS: one process in its own group, on loopback only."""

import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ops.query.failures import QueryError
from ops.query.trino import CATALOG, TrinoEngine
from schemas.keys.grammar import CuratedTable
from schemas.names import Names
from tools.contract.assemble import assembled, java
from tools.local.endpoint import ROOT, Endpoint
from tools.local.logs import last_lines
from tools.local.process import LOOPBACK, end_group

_MAIN: Final = Path(__file__).with_name("TrinoServer.java")
_VERSION: Final = "435"
_START_SECONDS: Final = 180.0
_POLL_SECONDS: Final = 0.25
_LOG: Final = "trino.log"
_REASON_LINES: Final = 400
# Started, Trino has no node for the catalog until its own announcement has come round, and refuses queries of tables.
_PROBE: Final = f"SELECT count(*) FROM {CuratedTable.CURATED_TURNS}"  # noqa: S608 - a name of ours
_LEVELS: Final = "io.trino=INFO\nio.airlift=WARN\n"
_JVM: Final = (
    "-Xmx1G",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djdk.attach.allowAttachSelf=true",
    "-Dfile.encoding=UTF-8",
    # Trino reads times of Parquet and the date of now in its own zone; Athena's is UTC.
    "-Duser.timezone=UTC",
    "-Djava.net.preferIPv4Stack=true",
    "-Dnode.environment=contract",
    "-Dnode.id=contract",
    f"-Dnode.bind-ip={LOOPBACK}",
    f"-Dnode.internal-address={LOOPBACK}",
    f"-Dnode.external-address={LOOPBACK}",
)


class ServerError(RuntimeError):
    """Trino did not come up; the message says why in one line."""


def settings(*, port: int, folder: Path, plugins: Path) -> str:
    """Return the server's own settings: one node that plans and works, in little memory.

    It must not take itself for failed where the machine is busy.
    """
    return f"""\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://{LOOPBACK}:{port}
failure-detector.enabled=false
query.max-memory=400MB
query.max-memory-per-node=400MB
memory.heap-headroom-per-node=250MB
catalog.management=static
catalog.config-dir={folder / "catalog"}
plugin.dir={plugins}
"""


def catalog_settings(endpoint: Endpoint) -> str:
    """Return the settings of Athena's data catalog: the embedded Glue and S3, partitions projected, nothing written.

    Plain HTTP and the root's key, which bucket policies do not bind: Java would want the certificate in a store.
    """
    return f"""\
connector.name=hive
hive.metastore=glue
hive.metastore.glue.endpoint-url={endpoint.plain_url}
hive.metastore.glue.region={endpoint.region}
hive.metastore.glue.aws-access-key={ROOT.access_key}
hive.metastore.glue.aws-secret-key={ROOT.secret_key}
hive.partition-projection-enabled=true
hive.non-managed-table-writes-enabled=false
hive.security=read-only
fs.hadoop.enabled=false
fs.native-s3.enabled=true
s3.endpoint={endpoint.plain_url}
s3.region={endpoint.region}
s3.aws-access-key={ROOT.access_key}
s3.aws-secret-key={ROOT.secret_key}
s3.path-style-access=true
"""


def _free(port: int) -> int:
    """Return the port of loopback if nothing listens there, for 0 any; Java takes no socket that is open already."""
    with closing(socket.socket()) as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise ServerError(f"port {port} of {LOOPBACK}: {error.strerror}; choose another with --port") from None
        return int(probe.getsockname()[1])


@contextmanager
def trino(endpoint: Endpoint, *, port: int = 0) -> Iterator[str]:
    """Give the address of a Trino over the lake in an embedded AWS, which ends with the block or with this process.

    Raises `ServerError` where it does not come up, and `AssemblyError` where it cannot be put together.
    """
    executable, home = java(), assembled()
    chosen = _free(port)
    with tempfile.TemporaryDirectory(prefix="trino-", dir=endpoint.folder) as name:
        process = _launch(executable, home, endpoint, Path(name), chosen)
        try:
            url = f"http://{LOOPBACK}:{chosen}"
            _await(process, url, endpoint.folder / _LOG)
            yield url
        finally:
            end_group(process)


def _launch(executable: str, home: Path, endpoint: Endpoint, folder: Path, port: int) -> subprocess.Popen[bytes]:
    (folder / "catalog").mkdir()
    config, levels = folder / "config.properties", folder / "log.properties"
    config.write_text(settings(port=port, folder=folder, plugins=home / "plugin"), encoding="utf-8")
    (folder / "catalog" / f"{CATALOG}.properties").write_text(catalog_settings(endpoint), encoding="utf-8")
    levels.write_text(_LEVELS, encoding="utf-8")
    places = (f"-Dconfig={config}", f"-Dlog.levels-file={levels}", f"-Dnode.data-dir={folder / 'data'}")
    with (endpoint.folder / _LOG).open("wb") as log:
        # Its standard input is a pipe that nobody writes to: it closes when this process dies, and Trino ends.
        return subprocess.Popen(
            [executable, *_JVM, *places, "-cp", f"{home / 'lib'}/*", str(_MAIN), _VERSION],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (_started(url) and _reads_tables(url)):
        if process.poll() is not None:
            raise ServerError(f"Trino ended with exit code {process.returncode}: {_reason(log)}; its log: {log}")
        if time.monotonic() > deadline:
            raise ServerError(f"Trino did not answer within {_START_SECONDS:g} s; its log: {log}")
        time.sleep(_POLL_SECONDS)


def _started(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/v1/info", timeout=2) as response:
            return json.load(response).get("starting") is False
    except (OSError, ValueError, urllib.error.URLError):
        return False


def _reads_tables(url: str) -> bool:
    try:
        TrinoEngine(url=url, database=Names().database).answer(_PROBE)
    except QueryError:
        return False
    return True


def _reason(log: Path) -> str:
    """Return why it ended, in one line: the last cause in the log, since Java names the innermost last."""
    lines = last_lines(log, count=_REASON_LINES).splitlines() or ["its log is empty"]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    return (causes or lines)[-1].strip()
