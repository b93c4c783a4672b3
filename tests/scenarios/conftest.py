"""An option of the report's scenarios: to draw the pictures that the documentation shows."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="draw docs/pictures/ as the report is now")
