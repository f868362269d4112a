"""Everything that turns pixels and votes into numbers. No web framework, no queue, no network."""
