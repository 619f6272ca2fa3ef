"""The domain: papers, sources, calendar, ranking, search and matching. Knows no Discord and no
SQL."""
