"""Sweeps: asked for, queued, claimed and measured."""
