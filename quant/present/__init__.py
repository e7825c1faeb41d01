"""A recommendation for the person who decides: what was asked, what it narrows, and its words."""
