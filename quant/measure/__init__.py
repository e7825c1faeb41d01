"""What is measured of a file: accuracy, latency, memory, and the machine it was measured on."""
