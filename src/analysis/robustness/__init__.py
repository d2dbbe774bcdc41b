"""
Robustness: claims under other reasonable choices (a multiverse), joint permutation tests, overview.

Claims, choices and the rule are declared (`read_findings`). Their specifications (`list_specifications`) are counted on
one table of tokens (`build_token_table`), and tested one by one and together (`explore`; `explore_study` does it all).
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
