"""The running process: settings, client, clock, ingest, publishing, cards, demo and command
line."""
