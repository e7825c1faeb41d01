"""Bringing in somebody's own network and pictures, whatever they hold."""
