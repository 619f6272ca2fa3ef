"""What the product is measured with; nothing here is imported by it."""
