"""Who owes which figures: workbooks out to bodies, and back with every fault told by its cell."""
