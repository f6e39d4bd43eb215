"""Very many new agreements out of one table: read row by row, checked and entered as a whole by the database.

The rows mean what they mean to an import of some thousands: the same columns, the same reading of each cell, the same
shape of a dossier (`told.py`). What no row can know by itself is asked of all of them at once (`rules.py`).
"""
