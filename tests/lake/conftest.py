from tests.ops.conftest import deployed, moto, regions

__all__ = ["deployed", "moto", "regions"]
