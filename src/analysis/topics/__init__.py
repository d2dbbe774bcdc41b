"""Topic models: NMF of all texts, guided by themes or by text; stability, prevalence, coherence, declared themes."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
