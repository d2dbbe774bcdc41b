"""
Declared themes: the dictionary, its hits, attention, comparison of texts and keyness.

A dictionary (`read_themes`, `Themes.from_dict`) finds hits in sentences (`tag`). From the hits follow attention
(`count_attention`), the incidence of themes in units (`mark_units`), the comparison of texts by theme (`compare_texts`)
and the words beside a theme (`find_neighbour_words`); texts are compared by word too (`compare_words`).
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
