// Package policy decides which release lines must, may or must not get a change on a given day.
//
// It is pure: dates, tags and branch names come in as plain values ([Facts]), there is no clock,
// no file and no repository. The same input gives the same answer, and every line gets exactly one.
//
//	lines, problems := policy.Lines(p, facts)       // what the repository shows, dated by the policy
//	decisions := policy.Decide(p, lines, change)    // one per line, newest first
//	calendar := policy.Schedule(p, facts, next)     // past and planned windows
//
// Words. A line is a release line, "36", with at most one branch. Its class (lts, normal) decides
// the phases of its life; a phase ends by its [Expr]: after a number of releases, a duration, or on
// a date. The window of a line runs from its first stable release to its last supported day, that
// day included. A verdict (required, allowed, ask, refused) is what the phase says about a kind of
// change (security, bugfix, …), and a [Cause] says why.
//
// Worked example. Line 36 (lts, "24 months") released 2025-08-20 is supported up to and including
// 2027-08-20: a date window includes its last day. Line 45 (normal, "2 releases") released
// 2026-05-20 ends on 2026-07-19, the day before 47.0.0: a count window ends the day before the
// release that closes it, and stays open while that release has not happened, however late it is.
package policy
