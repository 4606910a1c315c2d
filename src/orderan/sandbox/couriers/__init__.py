"""One file per courier, each as it answers and writes; see `yard.py` for what stands around them."""
