// Package privacy is the last look at published text before it becomes public:
// it finds what reads as an individual identification number (IIN). Masking is
// the transformer's work; this package only finds what slipped through.
package privacy

// IINs calls found with each number in the strings of a JSON text that is valid
// as an IIN: twelve digits alone (no letter or digit beside them) that begin with
// a date of birth, carry a century digit 1-6 and the right check digit. A business
// number (BIN) never reads so, because its fifth digit is 4 or more. JSON numbers
// are amounts, not identifiers, and strings that begin with "ocds-" are ids of
// processes and releases, whose digest may be all digits: neither is looked at.
// It stops when found returns false.
func IINs(json []byte, found func(iin []byte) bool) {
	for i := 0; i < len(json); i++ {
		if json[i] != '"' {
			continue
		}
		i++
		text := true // whether the character before is not a Latin letter
		skip := len(json)-i >= 5 && string(json[i:i+5]) == "ocds-"
		for i < len(json) && json[i] != '"' {
			c := json[i]
			switch {
			case c == '\\': // an escape is a character, not a letter: \n before a number
				i += 2
				text = true
			case c < '0' || c > '9':
				text = !letter(c)
				i++
			default:
				from := i
				for i < len(json) && json[i] >= '0' && json[i] <= '9' {
					i++
				}
				alone := text && (i >= len(json) || !letter(json[i]))
				text = true
				if i-from == 12 && !skip && alone && Valid(json[from:i]) && !found(json[from:i]) {
					return
				}
			}
		}
	}
}

// letter reports a Latin letter: a digit run inside a hexadecimal digest is no
// identification number, one beside a Cyrillic word may well be.
func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// Valid reports whether twelve digits form an IIN: YYMMDD of birth, a century
// and sex digit 1-6, and the check digit of the state standard: the weighted sum
// of the first eleven modulo 11 with weights 1..11, and with weights 3..11, 1, 2
// where that gives 10.
func Valid(d []byte) bool {
	if len(d) != 12 {
		return false
	}
	var n [12]int
	for i, c := range d {
		if c < '0' || c > '9' {
			return false
		}
		n[i] = int(c - '0')
	}
	month, day := n[2]*10+n[3], n[4]*10+n[5]
	if month < 1 || month > 12 || day < 1 || day > 31 || n[6] < 1 || n[6] > 6 {
		return false
	}
	first, second := 0, 0
	for i := range 11 {
		first += n[i] * (i + 1)
		second += n[i] * ((i+2)%11 + 1)
	}
	check := first % 11
	if check == 10 {
		check = second % 11
	}
	return check == n[11] && check < 10
}
