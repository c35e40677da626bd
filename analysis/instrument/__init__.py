"""What was asked: items, scales, and the twelve indicators that they are coded to."""
