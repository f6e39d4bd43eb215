"""Reads the text out of documents of strangers: run as a process of its own, within limits (`lib/extraction.py`).

Imports nothing of the registry but `lib.encodings`: no settings, no database, no secrets.
"""
