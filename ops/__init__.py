"""What an operator runs: `ops COMMAND`, and `python -m tools.demo`."""
