"""What sets are made of: meshes, noise, materials, lights. Plain data; nothing here knows the renderer."""
