"""Which bits each layer should have: predicted from sensitivity, solved, never measured here."""
