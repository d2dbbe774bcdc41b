"""Statistics that know no texts: intervals, bootstrap, permutation tests, association measures, verdicts."""
