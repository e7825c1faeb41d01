"""Where one point's time goes and where its loss comes from: plain values and their words."""
