"""Serve ministack on sockets that the parent opened.

`python -m tools.local.launcher <TLS socket> <plain socket> <folder for the certificate>`
"""

import asyncio
import resource
import sys
from pathlib import Path

from tools.local.launcher import alarms, answers, catalog, invocations, policies, provisioners
from tools.local.launcher.parts import APP, HYPERCORN, HYPERCORN_CONFIG, TRUSTME

# Enough to overlap requests with computing on a laptop; each more is a process more.
_SLOTS = 4


def main(tls_socket: str, plain_socket: str, folder: Path) -> None:
    """Serve TLS on one socket and plain HTTP, whose requests have `aws:SecureTransport` false, on the other."""
    certificate, key = folder / "server.pem", folder / "server.key"
    authority = TRUSTME.CA()
    gateway = authority.issue_cert("127.0.0.1", "localhost")
    gateway.private_key_pem.write_to_path(key)
    gateway.cert_chain_pems[0].write_to_path(certificate)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    provisioners.install()
    alarms.install()
    policies.install()
    answers.install()
    catalog.install()
    invocations.install(_SLOTS)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    config = HYPERCORN_CONFIG.Config()
    config.certfile, config.keyfile = str(certificate), str(key)
    config.bind, config.insecure_bind = [f"fd://{tls_socket}"], [f"fd://{plain_socket}"]
    config.keep_alive_timeout = 75
    asyncio.run(HYPERCORN.serve(APP.app, config))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
