"""The parts of Compare: which points, and one file for each thing that is said of them."""
