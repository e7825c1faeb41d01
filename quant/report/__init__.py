"""What leaves the house: a page, a deck, numbers, pictures, and a file with all that runs it."""
