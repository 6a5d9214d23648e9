"""Many files: judged in several processes, what is known of them kept, and findings that were accepted before."""
