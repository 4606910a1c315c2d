"""What can be done with a stock-take, one file per subject."""
