"""`python -m quant.jobs`: the dispatcher.

A file that imports nothing at its top: the worker process that the dispatcher spawns reads it
again, and would otherwise load the dispatcher's libraries a second time.
"""

if __name__ == "__main__":
    import sys

    from quant.jobs.dispatcher import main

    sys.exit(main())
