"""What comes in from Discord: commands' options, buttons, selects, forms, and answering in time."""
