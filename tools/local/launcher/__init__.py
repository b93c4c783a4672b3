"""Runs inside the emulator's own virtual environment: ministack with the lake's gaps filled.

Nothing outside this package imports it; `tools.local.emulator` starts it as a process.
"""
