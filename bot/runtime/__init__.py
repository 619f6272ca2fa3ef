"""What a process needs whatever it does: the time, queues, logs, signals."""
