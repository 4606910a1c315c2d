"""Web Push: messages on the lock screens of browsers that allowed it, by whichever service the browser names."""
