"""`python -m orderan` is the command line."""

from orderan.cli import main

main()
