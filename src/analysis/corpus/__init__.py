"""Texts in: manifest and formats to documents, sections, paragraphs and sentences; tokens, words and counts."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
