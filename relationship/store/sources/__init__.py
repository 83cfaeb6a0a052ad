"""Where activities come from: places in delta streams, hints, tokens, what cannot be read."""
