"""From results to pages: the `Report` of a notebook, figures in one style, wording, glossary, templates."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
