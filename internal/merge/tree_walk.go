package merge

import "strings"

// A triple is what the three trees have under one name; nil where a side has nothing.
type triple struct {
	name    string
	entries [3]*Entry
	files   uint8
	trees   uint8
}

// A walker goes through three trees at once, in git's order: of the names that come next in the
// trees the least in plain order, although each tree has its directories sorted as if they ended in
// a slash.
type walker struct {
	lists [3][]Entry
	pos   [3]int
	ahead [3]map[int]bool // entries taken before their turn
}

func (w *walker) head(side int) *Entry {
	for w.pos[side] < len(w.lists[side]) && w.ahead[side][w.pos[side]] {
		w.pos[side]++
	}
	if w.pos[side] == len(w.lists[side]) {
		return nil
	}
	return &w.lists[side][w.pos[side]]
}

// next fills t with the next name and returns false after the last one.
func (w *walker) next(t *triple) bool {
	*t = triple{}
	var heads [3]*Entry
	found := false
	for side := range heads {
		heads[side] = w.head(side)
		if heads[side] == nil {
			continue
		}
		if !found || strings.Compare(heads[side].Name, t.name) < 0 {
			t.name, found = heads[side].Name, true
		}
	}
	if !found {
		return false
	}
	for side, head := range heads {
		if head == nil {
			continue
		}
		if head.Name == t.name {
			w.pos[side]++
		} else if head = w.takeAhead(side, head.Name, t.name); head == nil {
			continue
		}
		t.entries[side] = head
		if head.Mode == ModeTree {
			t.trees |= 1 << side
		} else {
			t.files |= 1 << side
		}
	}
	return true
}

func (w *walker) takeAhead(side int, head, name string) *Entry {
	if !hidesTree(head, name) {
		return nil
	}
	i := findTree(w.lists[side], w.pos[side], name)
	if i < 0 {
		return nil
	}
	if w.ahead[side] == nil {
		w.ahead[side] = make(map[int]bool)
	}
	w.ahead[side][i] = true
	return &w.lists[side][i]
}
