"""Rules for output shapes, which the rows of the layer table name: from a layer's config and its input shapes."""
