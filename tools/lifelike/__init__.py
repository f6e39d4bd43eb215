"""What a registry of any size might hold: bodies, and agreements between them, row by row, the same for the same seed.

Skewed like life: a few bodies are in thousands of agreements, most in one or two; texts stand in the language of
their source and one in three in a second one; dates are exact, or a month, or a year, or words alone, or missing.
Names, places and sentences are made of lists and numbers: nobody is meant. `tools/dataset.py` loads the rows.

Every published agreement is proved as the registry demands: each fact has its quote, at its place in the source.
"""
