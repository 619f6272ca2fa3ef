"""What messages look like: cards, pages and buttons, every one inside Discord's limits."""
