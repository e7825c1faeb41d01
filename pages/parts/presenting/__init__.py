"""Present's screens, one question each."""
