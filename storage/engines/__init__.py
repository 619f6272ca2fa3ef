"""The engines that a database may be kept in; only this package imports a dialect of SQLAlchemy."""
