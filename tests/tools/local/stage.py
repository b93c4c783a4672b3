"""An embedded AWS that only says whether it runs."""

from pathlib import Path

from tools.local.endpoint import Endpoint


class FakeEmulator:
    """Takes the place of the launcher; its folder is the test's."""

    running = False
    folder = Path()

    def start(self) -> Endpoint:
        """Return an endpoint at which nothing answers."""
        FakeEmulator.running = True
        return Endpoint("https://x", "http://x", self.folder / "ca.pem", "111122223333", "us-east-1", self.folder)

    def stop(self) -> None:
        """Stop, also a second time."""
        FakeEmulator.running = False
