"""From a source file to its sections, paragraphs and footnotes: one module per format, and a registry."""
