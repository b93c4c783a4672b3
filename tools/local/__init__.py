"""The embedded AWS: start it, and deploy the lake into it."""
