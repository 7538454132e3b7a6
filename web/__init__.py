"""What is seen: the pages, the API's door, the bytes."""
