"""Serves a small invented organisation for the judges; argument: the file that tells how to reach it."""

import sys
from dataclasses import replace
from pathlib import Path

from relationship.activities import Kind
from simulator.demo_world.generation import generate
from simulator.server import serve
from simulator.world import Source


def main() -> None:
    world = generate(scale=0.1)
    # Every second task lies in To Do too, which the demo world keeps in the CRM alone.
    activities = tuple(
        replace(a, source=Source.BOTH) if a.kind is Kind.TASK and place % 2 else a
        for place, a in enumerate(world.activities)
    )
    serve(replace(world, activities=activities), ready_file=Path(sys.argv[1]))


if __name__ == "__main__":
    main()
