"""How a theme is spoken of, beyond its share: frames, status, actors, instruments, modality, place."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
