"""What an operator types: `paperboy run`, `check`, `ingest`, `import`, `demo`."""
