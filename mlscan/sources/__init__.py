"""Where bytes come from: a work tree, single files, standard input. The only readers of disk and git."""
