"""What an operator runs: `python -m ops COMMAND`, and `python -m ops.demo`."""
