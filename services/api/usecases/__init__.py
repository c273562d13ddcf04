"""What people and programs can do, one file each."""
