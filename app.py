"""Composition root of the data lake: reads context and registry once, builds the stacks and orders them."""

import sys
from dataclasses import dataclass

from aws_cdk import App

from schemas.registry.artifacts import Registry, load_registry
from schemas.registry.models_file import RegistryError
from stacks.access_stack import AccessStack
from stacks.catalog_stack import CatalogStack
from stacks.config import Config, ContextError
from stacks.constructs.bundle import BundleError
from stacks.curation_stack import CurationStack
from stacks.dashboards_stack import DashboardsStack
from stacks.index_stack import IndexStack
from stacks.observability_stack import ObservabilityStack
from stacks.replica_observability_stack import ReplicaObservabilityStack
from stacks.replica_stack import ReplicaStack
from stacks.storage_stack import StorageStack


@dataclass(frozen=True, kw_only=True)
class Lake:
    """The stacks of one copy of the lake; `dashboards` only where a deployment chooses them."""

    replica: ReplicaStack
    index: IndexStack
    storage: StorageStack
    catalog: CatalogStack
    curation: CurationStack
    access: AccessStack
    observability: ObservabilityStack
    replica_observability: ReplicaObservabilityStack
    dashboards: DashboardsStack | None


def build(*, app: App, config: Config, registry: Registry) -> Lake:
    """Declare all stacks in `app` and return them; raise `BundleError` where a function cannot be bundled.

    Stacks meet by names and ARNs that follow from them, never by exports, which CloudFormation would not let
    change. So their order is said here.
    """
    replica = ReplicaStack(app, config=config)
    index = IndexStack(app, config=config)
    storage = StorageStack(app, config=config)
    storage.add_stack_dependency(replica)
    storage.add_stack_dependency(index)
    catalog = CatalogStack(app, config=config, models=registry.models)
    catalog.add_stack_dependency(storage)
    curation = CurationStack(app, config=config)
    curation.add_stack_dependency(storage)
    parts = (replica, index, storage, catalog, curation)
    access = AccessStack(app, config=config, lake=parts, tables=catalog.tables.values())
    observability = ObservabilityStack(app, config=config)
    replica_observability = ReplicaObservabilityStack(app, config=config)
    # They need little of the others. What is to be alarmed about should exist, though, before its silence alarms.
    for last in (access, observability, replica_observability):
        last.add_stack_dependency(catalog)
        last.add_stack_dependency(curation)
    dashboards = DashboardsStack(app, config=config) if config.quicksight_principal else None
    if dashboards:
        dashboards.add_stack_dependency(observability)
    return Lake(
        replica=replica,
        index=index,
        storage=storage,
        catalog=catalog,
        curation=curation,
        access=access,
        observability=observability,
        replica_observability=replica_observability,
        dashboards=dashboards,
    )


def build_recovery(*, app: App, config: Config, registry: Registry) -> None:
    """Declare what runs in the replica's Region once us-east-1 is lost: no new bucket, and no new role.

    Buckets and roles are made in us-east-1, whatever Region they are for.
    """
    index = IndexStack(app, config=config)
    replica = ReplicaStack(app, config=config)
    replica.add_stack_dependency(index)
    catalog = CatalogStack(app, config=config, models=registry.models)
    catalog.add_stack_dependency(replica)


def main() -> int:
    """Synthesize into the toolkit's output folder; return 2 after one line on stderr for bad input."""
    app = App()
    try:
        config = Config.from_context(app.node.get_all_context())
        declare = build_recovery if config.recovery else build
        declare(app=app, config=config, registry=load_registry())
    except (ContextError, RegistryError, BundleError) as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
