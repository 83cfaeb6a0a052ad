"""The pages under /settings. They may use what the other pages use (`web`); only the app factory imports them."""
