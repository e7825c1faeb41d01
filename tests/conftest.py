"""For all tests: no example of Hypothesis has a time limit, since no test asserts a timing."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
