"""What all tests need before they import anything."""

import os
import sys
from functools import cached_property
from pathlib import Path

import botocore.loaders
import botocore.session
from hypothesis import settings
from moto.core.base_backend import BaseBackend

# aws_cdk starts Node when it is imported: the one that `make setup` installed beside this Python, if it did.
_NODE = Path(sys.executable).with_name("node")
if _NODE.exists():
    os.environ.setdefault("JSII_NODE", str(_NODE))

# How fast a property holds depends on the machine; `make bench` measures. CI's own profile adds fixed seeds.
settings.register_profile("untimed", settings.get_profile("default"), deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "untimed")

# Each session would read the models of its services again, which is a third of the time of a test that has one.
_MODELS = botocore.loaders.create_loader()
botocore.session.create_loader = lambda search_path_string=None: _MODELS  # noqa: ARG005 - botocore's name

# moto puts the table of a service's URLs together for each request, which is a tenth of the time of tests of many.
_urls = cached_property(vars(BaseBackend)["urls"].fget)
_urls.__set_name__(BaseBackend, "urls")
BaseBackend.urls = _urls  # type: ignore[assignment, method-assign]
