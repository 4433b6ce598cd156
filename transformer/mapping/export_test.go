package mapping

// Update is the flag that writes golden files and documentation anew.
var Update = update
