"""What the bot does, without a process around it and without an interaction in its hand."""
