"""What is known about accounts as customers: use, events, satisfaction, health fields, scores."""
