"""What a Discord user touches: commands, buttons and reactions. Thin: parse, call, render."""
