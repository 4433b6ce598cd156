// Package indicators computes red flags of public procurement over compiled
// releases: eleven indicators of the open red-flag guide, named by their codes
// (R003 … R058), as thresholds and fences over the whole data set.
package indicators
