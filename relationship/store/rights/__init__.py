"""What each person may read, who is signed in, and answers kept for a repeat."""
