"""The files that libraries travel in, one module a format: its writer and its reader."""
