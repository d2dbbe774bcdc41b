"""How a theme is spoken of, beyond its share: frames, status, actors, instruments, modality, place."""
