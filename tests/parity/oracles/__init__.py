"""Trainers of small networks: PyTorch, Keras and the notes' formulas in NumPy."""
