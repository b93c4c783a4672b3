"""What brings an archived object back: a request to S3, and up to 48 hours.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
"""

import shlex
from collections.abc import Sequence
from typing import Final

from ops.screen import show_error, show_message

_REQUEST: Final = "Days=7,GlacierJobParameters={Tier=Bulk}"


def restore_command(bucket: str, key: str, *, region: str, version: str | None = None) -> str:
    """Return the command for a shell that has S3 make a readable copy of an archived object, for seven days."""
    which = ("--bucket", bucket, "--key", key, *(("--version-id", version) if version else ()))
    return shlex.join(("aws", "s3api", "restore-object", "--region", region, *which, "--restore-request", _REQUEST))


def why_unreadable(bucket: str, key: str, *, region: str, version: str | None = None) -> str:
    """Return why an archived object could not be read, and what to do, in one line."""
    command = restore_command(bucket, key, region=region, version=version)
    return f"archived: wait up to 48 hours after this, then run it again: {command}"


def show_restore_commands(name: str, commands: Sequence[str], *, count: int) -> None:
    """Say on standard error what is to be done about archived objects, of which `commands` has the first, if any."""
    if commands:
        these = f"these, and the same for {count - len(commands):,} others" if count > len(commands) else "these"
        show_message(f"{name}: archived: {count:,}: run {these}, wait up to 48 hours, and run this again:")
        show_error("".join(f"{command}\n" for command in commands))
