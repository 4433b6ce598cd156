// Package platform is the runtime plumbing of the services, a small package per
// concern: run (lifecycle), config, telemetry, bus (NATS), flow (Temporal), blob
// (object store), pg (PostgreSQL), web (internal HTTP), fault (error kinds). It
// knows nothing of procurement.
package platform
