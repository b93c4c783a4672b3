"""What an operator runs: `python -m ops COMMAND`, and `python -m tools.demo`."""
