"""What quantisation is, by doing: pictures, sounds and weights in few bits, and a glossary."""
