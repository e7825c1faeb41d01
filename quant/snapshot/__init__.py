"""A read-only copy of a store with a viewer around it, and the way back into another store."""
