"""Who is at the screen: signing in, visits, members, and what each may read."""
