"""Real servers for tests, from their wheels: started once for all tests, on loopback, in folders of their own."""
