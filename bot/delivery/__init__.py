"""What goes out to Discord: whom the services write through, and what they report back."""
