"""Two to six points side by side: facts, flipped pictures, classes, latencies, layers."""
