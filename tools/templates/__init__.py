"""The accepted templates in `templates/`, and the one model by which tools and tests read a template."""
