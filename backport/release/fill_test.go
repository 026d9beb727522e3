package release

import "testing"

func TestFill(t *testing.T) {
	fields := map[string]string{"a": "{b}", "b": "B", "": "empty", "x y": "spaced"}
	for in, want := range map[string]string{
		"": "", "plain": "plain", "{a}": "{b}", "{a}{b}": "{b}B", "{{b}}": "{B}", "{c}": "{c}", "{c{b}": "{cB",
		"{": "{", "}": "}", "{b": "{b", "b}": "b}", "{}": "empty",
		"{x y}": "spaced", "{B}": "{B}", "{a}{": "{b}{", "{\n}{b}": "{\n}B", "{c}{b}{d}": "{c}B{d}",
	} {
		if got := Fill(in, fields); got != want {
			t.Errorf("Fill(%q) = %q, want %q", in, got, want)
		}
	}
	// What a value holds is never looked at again, whatever it is.
	for _, evil := range []string{"{b}", "{", "}", "{a", "a}", "{{a}}"} {
		if got := Fill("{v}-{v}{b}", map[string]string{"v": evil, "b": "B", "a": "A"}); got != evil+"-"+evil+"B" {
			t.Errorf("with %q: %q", evil, got)
		}
	}
}
