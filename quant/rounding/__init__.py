"""From float weights to integer codes: one method a file, and the table of them."""
