"""
Networks of themes and words: which stand in the same paragraphs, tested, grouped, laid out, compared between texts.

Start with `build_incidence` (which themes and words each unit holds), then `test_ties`, `build_network`,
`compare_ties`; `word_graph` gives a networkx graph of one text in one call.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
