"""What pages share: the shell around them, widgets as domain values, cached reading."""
