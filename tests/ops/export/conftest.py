from tests.ops.query.conftest import lake

__all__ = ["lake"]
