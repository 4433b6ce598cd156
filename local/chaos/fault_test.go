package chaos

import "testing"

func TestFaultsAreDrawnFromTheSeed(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	differ := false
	for n := 1; n <= 300; n++ {
		f := Draw(1, n)
		if f != Draw(1, n) {
			t.Errorf("fault %d is drawn twice in two ways", n)
		}
		differ = differ || f != Draw(2, n)
		seen[string(f.Kind)+" "+f.Victim]++
		if (f.Lasts == 0) != (f.Kind == Kill) || (f.Jump != 0) != (f.Kind == Clock) || (f.Kilobits != 0) != (f.Kind == Slow) {
			t.Errorf("%+v", f)
		}
	}
	if !differ {
		t.Error("the seed changes nothing")
	}
	for _, v := range victims {
		for _, of := range v.of {
			if seen[string(v.kind)+" "+of] == 0 {
				t.Errorf("300 faults have no %s of %s", v.kind, of)
			}
		}
	}
}
