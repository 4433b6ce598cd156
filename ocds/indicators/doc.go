// Package indicators computes red flags of public procurement from compiled
// releases: eleven indicators of the open red-flag guide, with the settings and the form of
// answer of Cardinal.
//
// A Counter looks at releases one by one, in any order; several Counters may share them
// and be merged. Its Result compares what was gathered: some indicators are about one
// process, others about outliers among all processes or organisations.
//
// Each lot of a process is judged by the bids and awards that are about it. Amounts,
// ratios, quartiles and fences are exact; times are compared as instants. docs/data/indicators-cli.md
// defines every indicator and lists where Cardinal, followed with Compat, judges otherwise.
package indicators
