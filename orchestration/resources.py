"""What assets may ask for: the installation, held by one run at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from orchestration.history import prune_history
from warehouse.build.database import run_lock
from warehouse.settings import Settings


@dataclass(frozen=True)
class Installation:
    """The settings of the installation; while a run has it, no other run writes."""

    settings: Settings


def installation_resource(settings: Settings) -> dg.ResourceDefinition:
    """Return the resource that takes the turn to write for the length of a run."""

    def hold(context: dg.InitResourceContext) -> Iterator[Installation]:
        def tell(other: str) -> None:
            if context.log:
                context.log.info(f"waiting for {other}")

        with run_lock(settings, f"run {context.run_id}", on_wait=tell):
            # Here, because every run passes here, whoever started it.
            if context.instance:
                prune_history(context.instance, settings)
            yield Installation(settings)

    return dg.ResourceDefinition(resource_fn=hold, description="One installation, one writer.")
