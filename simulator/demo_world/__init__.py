"""The world of the demo: a French company that sells software to factories, invented from a seed.

In: a seed, a moment, a scale. Out: a `World`, or the folder that the loader reads. Read first: `stories.py`
(how deals go), then `generation.py` (what is written in which order); `facts.py`: what other systems know of customers;
`voices.py`: what these say.
"""

from simulator.demo_world.facts import write_facts
from simulator.demo_world.folder import write_world
from simulator.demo_world.generation import DEFAULT_NOW, DEFAULT_SEED, generate
from simulator.demo_world.voices import write_voices

__all__ = ["DEFAULT_NOW", "DEFAULT_SEED", "generate", "write_facts", "write_voices", "write_world"]
