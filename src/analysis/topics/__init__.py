"""Topic models: non-negative matrix factorisation, stability, prevalence, agreement with declared themes."""
