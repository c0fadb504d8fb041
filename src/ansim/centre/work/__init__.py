"""Work: the worker, what is due, and jobs that survive being killed."""
