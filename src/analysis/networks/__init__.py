"""Co-occurrence networks: ties and their significance, communities, layout, change between texts."""
