"""Tables, migrations and the statements over them."""
