"""
Notebooks run as a graph of steps, each done again only when what it depends on has changed.

``dodo.py`` names the runs; doit does the steps: the check of the data, one run and one page per notebook and
parameters, the index. ``python -m analysis.pipeline`` brings all up to date, ``python -m analysis.pipeline.verify``
makes all anew and compares.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
