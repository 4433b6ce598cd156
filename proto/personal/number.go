package personal

// Kind says whose number or name something is.
type Kind uint8

// Kinds of number owners.
const (
	Unknown Kind = iota
	Organisation
	SoleTrader
	Person
)

// Owner tells from a 12-digit number alone whether an organisation (BIN) or a
// natural person (IIN) owns it. The fifth digit decides: an IIN begins with the
// birth date, so its fifth digit is the tens of a day (0 to 3); a BIN has there
// the kind of the organisation (4 resident, 5 non-resident, 6 joint sole
// proprietor). Calendar and check digit are not looked at: a mistyped IIN is
// still somebody's. Anything that is no 12-digit number is Unknown.
func Owner(number string) Kind {
	if len(number) != 12 || !digits(number) {
		return Unknown
	}
	switch d := number[4]; {
	case d <= '3':
		return Person
	case d <= '6':
		return Organisation
	default:
		return Unknown
	}
}

// ValidCheckDigit verifies the last digit of a BIN or IIN: the weighted sum of
// the first eleven digits modulo 11 with the weights 1 to 11, and with 3 to 11,
// 1, 2 when that gives 10. A second 10 means that no such number exists.
func ValidCheckDigit(number string) bool {
	if len(number) != 12 || !digits(number) {
		return false
	}
	sum := func(first int) int {
		total := 0
		for i := range 11 {
			total += int(number[i]-'0') * ((first+i-1)%11 + 1)
		}
		return total % 11
	}
	check := sum(1)
	if check == 10 {
		check = sum(3)
	}
	return check == int(number[11]-'0')
}

// IsIIN reports whether twelve digits, and nothing else, read as the number of a
// natural person: a date of birth, a digit for century and sex (0 for foreigners,
// else 1 to 6), and a right check digit. Thirty days are in every month here: a
// mistyped date is still somebody's.
func IsIIN(number string) bool {
	return Owner(number) == Person && ValidCheckDigit(number) &&
		number[2:4] >= "01" && number[2:4] <= "12" && number[4:6] >= "01" && number[4:6] <= "31" && number[6] <= '6'
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
