"""No setting of the caller reaches what works with the embedded AWS."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

# What leads AWS SDKs and HTTP clients elsewhere, or ends them.
_SETTINGS: Final = re.compile(
    r"AWS_.*|BOTO_CONFIG|.*_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE
)
NO_SETTINGS: Final[Mapping[str, str]] = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "*",
}
"""The environment in which an SDK finds no file, no instance metadata and no proxy of the machine."""


@contextmanager
def isolated() -> Iterator[None]:
    """Run the block without the caller's settings in this process's environment."""
    removed = {name: value for name, value in os.environ.items() if _SETTINGS.fullmatch(name)}
    for name in removed:
        del os.environ[name]
    os.environ.update(NO_SETTINGS)
    try:
        yield
    finally:
        for name in NO_SETTINGS:
            os.environ.pop(name, None)
        os.environ.update(removed)
