"""The embedded AWS: start it, deploy the lake into it and read back what arrived there."""
