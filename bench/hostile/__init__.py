"""What is made to harm: bombs, floods and files cut short, each through the command line, with what it took."""
