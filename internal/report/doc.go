// Package report shows what the product found: as text for people, as JSON for programs, and as the
// texts of pull requests. The domain knows no English and no JSON; the words are here.
//
// JSON documents name their schema, "git-backport/plan/v1". A version only grows: readers ignore fields
// they do not know and take a status they do not know as failure.
package report
