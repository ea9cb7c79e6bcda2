"""The nouns of the house, one per file, and the ports between its floors. All nouns are frozen."""
