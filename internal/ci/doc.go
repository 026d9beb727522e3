// Package ci writes the workflows that a project runs git-backport by, reads the events of a forge, and
// looks at what the project's own CI lacks.
//
// Words: a workflow is one of the files that are written, by name ("gate"); facts are what it is filled with;
// a finding is a place in the project's own workflow that a dispatched run would trip over; an order is what
// an event asks for. The package is handed text and returns text: it reads no file, starts no program and
// opens no connection. Requests go through the Call that it is given.
package ci
