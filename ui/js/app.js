// Replaced by the modules.
