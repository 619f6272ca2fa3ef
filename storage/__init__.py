"""Everything that touches the database. SQL lives here and nowhere else."""
