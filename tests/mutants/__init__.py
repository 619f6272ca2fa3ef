"""Small changes of crucial code, each of which a test has to notice: `scripts/mutants`."""
