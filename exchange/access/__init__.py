"""What every request to the API passes before a view sees it: counted, done once, noted."""
