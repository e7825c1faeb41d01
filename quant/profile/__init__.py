"""Takes a point apart with the runtime's own profiler, and its loss by quantising in part."""
