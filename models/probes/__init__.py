"""What opens a file of somebody else's: only ever in a process of its own, that `__main__` limits."""
