"""From results to pages: elements, figures in one style, wording, glossary, templates."""
