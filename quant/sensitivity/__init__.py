"""What each layer costs when it is quantised, and what it gives back when it is left alone."""
