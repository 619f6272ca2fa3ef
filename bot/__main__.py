"""`python -m bot` and the `paperboy` command."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
