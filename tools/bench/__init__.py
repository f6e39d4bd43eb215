"""How fast the registry is beside the floor: what PostgreSQL and a bare function need for the same answer.

    make bench                                10,000 agreements, or 100,000 where that data set is made already
    SCALES=100k ROUNDS=5 SECONDS=3 make bench
    SCALES=1k,10k,100k,1m make bench          how each operation grows, with the plans of what grows beyond its goal
    ONLY=list,one CLIENTS=1 make bench        some operations; some numbers of clients
    ONLY=memory REQUESTS=20000 make bench     the memory of the application after many mixed requests
    python -m tools.bench.browser             what a person sees of it, in Chromium

Three servers of two processes each stand on loopback over one database: the *floor* (`floor.py`: one prepared statement
an operation, handed on as it comes), the everyday *peer* (`peer/`: Django REST framework with prefetch, and a template
page) and the *application* as `tools/run.py` serves it, through its whole door. They are asked in turns, A B C A B C,
and only ratios within one round count. An answer that is an error, or not what was agreed on, makes the run fail.
"""
