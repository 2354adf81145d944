"""What must hold before a build goes live."""
