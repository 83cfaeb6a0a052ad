"""In which looks every page is checked: language, theme and width of the window.

Two looks hold both languages, both themes and both widths; RELATIONSHIP_ALL_LOOKS=1 takes all eight.
"""

import os
from itertools import product

ALL = list(product(("fr", "en"), ("light", "dark"), (1280, 390)))
LOOKS = ALL if os.environ.get("RELATIONSHIP_ALL_LOOKS") else [("fr", "light", 1280), ("en", "dark", 390)]
