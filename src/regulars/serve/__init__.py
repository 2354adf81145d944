"""Answers about the published warehouse."""
