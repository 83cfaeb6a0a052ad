"""Who is left out, erased or forgotten, and the log of who did what."""
