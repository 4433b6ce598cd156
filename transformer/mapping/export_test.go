package mapping

// For the tests of package mapping_test.
var (
	// Update is the flag that writes golden files and documentation anew.
	Update = update
	// Compare holds a file against what it should say, or writes it.
	Compare = compare
)

// Plain is the entity whose shape a document has.
var Plain = plain
