"""The proof on the two press articles that the registry was made for.

Their texts stay outside the repository: what is asserted of them is read from the sheet of facts that lies
beside them. Without that folder these tests are skipped, and say so.
"""
